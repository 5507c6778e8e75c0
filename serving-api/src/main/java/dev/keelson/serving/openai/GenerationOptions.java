package dev.keelson.serving.openai;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The fields that completions and chat completions share.
 *
 * @param maxTokens null: the endpoint's default (16 for completions, the rest of the context for
 *     chat)
 * @param temperature 0 is greedy
 * @param topP in (0, 1]
 * @param topK 0 or -1: off
 * @param minP 0 is off (vLLM's extension)
 * @param n choices, at least 1
 * @param stream server-sent events
 * @param includeUsage one more chunk with the usage before [DONE]
 * @param stop up to 16 strings that end a choice
 * @param ignoreEos go on to maxTokens (vLLM's extension)
 * @param repetitionPenalty above 0, 1 is off (vLLM's extension)
 * @param returnTokenIds give token ids beside text (vLLM's extension)
 * @param topLogprobs how many of the likeliest tokens come with each token's logprob; -1 for no
 *     logprobs
 * @param priority smaller is served earlier, where the engine looks at it (vLLM's extension)
 * @param cacheSalt only requests with the same find each other's prefixes; empty for everybody's
 *     (vLLM's extension)
 * @param continuation the answer so far, of another engine that was lost; null for a new answer
 * @param unread names of given fields that nothing here stands for: what they ask is between client
 *     and engine
 */
public record GenerationOptions(
        @Nullable Integer maxTokens,
        double temperature,
        double topP,
        int topK,
        double minP,
        int n,
        boolean stream,
        boolean includeUsage,
        List<String> stop,
        @Nullable Long seed,
        boolean ignoreEos,
        double presencePenalty,
        double frequencyPenalty,
        double repetitionPenalty,
        boolean returnTokenIds,
        int topLogprobs,
        int priority,
        String cacheSalt,
        @Nullable Continuation continuation,
        List<String> unread) {
    public GenerationOptions {
        stop = List.copyOf(stop);
        unread = List.copyOf(unread);
    }
}
