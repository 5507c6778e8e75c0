package dev.keelson.serving.openai;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One choice of a response, or its next piece in a stream.
 *
 * @param text the text, or what is new of it
 * @param finishReason {@code stop}, {@code length}; null while it goes on
 * @param tokenIds null unless asked for
 * @param logprobs of the tokens, null unless asked for
 * @param offset characters of the choice before this piece; only logprobs name it
 */
public record Choice(
        int index,
        String text,
        @Nullable String finishReason,
        @Nullable List<Integer> tokenIds,
        @Nullable List<TokenLogprob> logprobs,
        int offset) {
    public Choice(int index, String text, @Nullable String finishReason) {
        this(index, text, finishReason, null);
    }

    public Choice(
            int index,
            String text,
            @Nullable String finishReason,
            @Nullable List<Integer> tokenIds) {
        this(index, text, finishReason, tokenIds, null, 0);
    }
}
