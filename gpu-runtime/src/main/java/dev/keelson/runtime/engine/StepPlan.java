package dev.keelson.runtime.engine;

import java.util.List;

/**
 * What the decoder does in one step.
 *
 * @param slices first those of one token, then the chunks of prompts
 * @param copies blocks of the cache to copy before anything is written; all sources are read before
 *     the first target is written
 */
public record StepPlan(List<Slice> slices, List<Copy> copies) {
    /** A block whose keys and values, in all layers, another gets too. */
    public record Copy(int from, int to) {}

    /**
     * Tokens of one sequence.
     *
     * @param tokens to read in this step
     * @param start position of the first of them
     * @param blocks the sequence's block table; token p lies in block p / block size
     * @param sample whether the logits after the last token are wanted
     * @param drafted how many of the last tokens are guesses; the logits after each of them are
     *     wanted too, and those after the token before them. 0 unless {@code sample}
     */
    @SuppressWarnings(
            "ArrayRecordComponent") // compared by nobody; a step makes many, and numbers must not
    // be boxed
    public record Slice(
            long sequence, int[] tokens, int start, int[] blocks, boolean sample, int drafted) {
        /** Without guesses. */
        public Slice(long sequence, int[] tokens, int start, int[] blocks, boolean sample) {
            this(sequence, tokens, start, blocks, sample, 0);
        }

        /** Rows of logits that are wanted, those after its last tokens. */
        public int sampled() {
            return sample ? drafted + 1 : 0;
        }
    }

    public StepPlan {
        slices = List.copyOf(slices);
        copies = List.copyOf(copies);
    }

    /** Without copies. */
    public StepPlan(List<Slice> slices) {
        this(slices, List.of());
    }

    /** Tokens read in this step. */
    public int tokens() {
        return slices.stream().mapToInt(s -> s.tokens().length).sum();
    }
}
