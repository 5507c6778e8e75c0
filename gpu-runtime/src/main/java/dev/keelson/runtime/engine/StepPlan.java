package dev.keelson.runtime.engine;

import java.util.List;

/**
 * What the decoder does in one step.
 *
 * @param slices first those of one token, then the chunks of prompts
 */
public record StepPlan(List<Slice> slices) {
    /**
     * Tokens of one sequence.
     *
     * @param tokens to read in this step
     * @param start position of the first of them
     * @param blocks the sequence's block table; token p lies in block p / block size
     * @param sample whether the logits after the last token are wanted
     */
    @SuppressWarnings(
            "ArrayRecordComponent") // compared by nobody; a step makes many, and numbers must not
    // be boxed
    public record Slice(long sequence, int[] tokens, int start, int[] blocks, boolean sample) {}

    public StepPlan {
        slices = List.copyOf(slices);
    }

    /** Tokens read in this step. */
    public int tokens() {
        return slices.stream().mapToInt(s -> s.tokens().length).sum();
    }
}
