package dev.keelson.simulator.engine;

import java.util.List;

/**
 * A request as an engine sees it: lengths, never text.
 *
 * @param id unique within one engine
 * @param arrivalNanos when it reaches the engine's input queue, in nanoseconds of virtual time
 * @param promptTokens at least 1
 * @param outputTokens tokens that it generates, at least 1
 * @param priority smaller is served first, where the engine schedules by priority
 * @param prefixHashes one hash for each full prefix block of the prompt, from its start; empty when
 *     nothing is shared
 * @param adapter the LoRA adapter that it asks for; 0 is the base model
 */
public record EngineRequest(
        long id,
        long arrivalNanos,
        int promptTokens,
        int outputTokens,
        int priority,
        List<Long> prefixHashes,
        int adapter) {
    public EngineRequest {
        if (adapter < 0) {
            throw new IllegalArgumentException(
                    "The adapter (%d) must not be negative.".formatted(adapter));
        }
        if (arrivalNanos < 0) {
            throw new IllegalArgumentException(
                    "The arrivalNanos (%d) must not be negative.".formatted(arrivalNanos));
        }
        if (promptTokens < 1) {
            throw new IllegalArgumentException(
                    "The promptTokens (%d) must be at least 1.".formatted(promptTokens));
        }
        if (outputTokens < 1) {
            throw new IllegalArgumentException(
                    "The outputTokens (%d) must be at least 1.".formatted(outputTokens));
        }
        prefixHashes = List.copyOf(prefixHashes);
    }

    /** A request to the base model. */
    public EngineRequest(
            long id,
            long arrivalNanos,
            int promptTokens,
            int outputTokens,
            int priority,
            List<Long> prefixHashes) {
        this(id, arrivalNanos, promptTokens, outputTokens, priority, prefixHashes, 0);
    }

    /** A request of the default priority that shares nothing. */
    public EngineRequest(long id, long arrivalNanos, int promptTokens, int outputTokens) {
        this(id, arrivalNanos, promptTokens, outputTokens, 0, List.of(), 0);
    }
}
