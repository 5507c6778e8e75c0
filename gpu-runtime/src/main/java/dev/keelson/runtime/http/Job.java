package dev.keelson.runtime.http;

import dev.keelson.runtime.engine.SamplingParameters;
import dev.keelson.serving.openai.Continuation;
import dev.keelson.serving.openai.GenerationOptions;
import java.util.List;

/**
 * A checked request.
 *
 * @param id of the response, such as {@code cmpl-...}
 * @param prompts tokens of each choice's prompt, in the order of the choices
 * @param parameters of each choice; they differ in the seed
 * @param echoes text to put before each choice's answer, empty for none
 * @param withinNanos when the first token is of use, counted from receipt
 * @param model name that the client gave
 */
record Job(
        String id,
        boolean chat,
        List<int[]> prompts,
        List<SamplingParameters> parameters,
        List<String> echoes,
        long withinNanos,
        String model,
        GenerationOptions options) {
    Job {
        prompts = List.copyOf(prompts);
        parameters = List.copyOf(parameters);
        echoes = List.copyOf(echoes);
    }

    /** Texts that end an answer and are not part of it. */
    List<String> stops() {
        return parameters.getFirst().stop();
    }

    /** Tokens of the answer that another engine gave; none for a new answer. */
    int[] resumed() {
        Continuation continuation = options.continuation();
        return continuation == null
                ? new int[0]
                : continuation.tokenIds().stream().mapToInt(Integer::intValue).toArray();
    }

    /** Can another engine go on with it? One choice, streamed, with token ids. */
    boolean isContinuable() {
        return prompts.size() == 1 && options.stream() && options.returnTokenIds();
    }

    int promptTokens() {
        int tokens = 0;
        // Choices of one prompt share it: it counts once.
        for (int i = 0; i < prompts.size(); i += options.n()) {
            tokens += prompts.get(i).length;
        }
        return tokens;
    }
}
