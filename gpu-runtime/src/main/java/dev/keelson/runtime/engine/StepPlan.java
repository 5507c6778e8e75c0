package dev.keelson.runtime.engine;

import dev.keelson.runtime.weights.LoraAdapter;
import java.util.List;

/**
 * What the decoder does in one step.
 *
 * @param slices first those of one token, then the chunks of prompts
 * @param copies blocks of the cache to copy before anything is written; all sources are read before
 *     the first target is written
 * @param loads adapters to take into their slots before the slices run, in this order
 */
public record StepPlan(List<Slice> slices, List<Copy> copies, List<Load> loads) {
    /** The slot of a slice that runs on the model as it is. */
    public static final int NO_ADAPTER = -1;

    /** An adapter for a slot, which holds no other after it. */
    public record Load(int slot, LoraAdapter adapter) {}

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
     * @param adapter slot of the sequence's adapter, or {@link #NO_ADAPTER}
     */
    @SuppressWarnings(
            "ArrayRecordComponent") // compared by nobody; a step makes many, and numbers must not
    // be boxed
    public record Slice(
            long sequence,
            int[] tokens,
            int start,
            int[] blocks,
            boolean sample,
            int drafted,
            int adapter) {
        /** Without guesses and without an adapter. */
        public Slice(long sequence, int[] tokens, int start, int[] blocks, boolean sample) {
            this(sequence, tokens, start, blocks, sample, 0, NO_ADAPTER);
        }

        /** Rows of logits that are wanted, those after its last tokens. */
        public int sampled() {
            return sample ? drafted + 1 : 0;
        }
    }

    public StepPlan {
        slices = List.copyOf(slices);
        copies = List.copyOf(copies);
        loads = List.copyOf(loads);
    }

    /** Without copies and loads. */
    public StepPlan(List<Slice> slices) {
        this(slices, List.of(), List.of());
    }

    /** Tokens read in this step. */
    public int tokens() {
        return slices.stream().mapToInt(s -> s.tokens().length).sum();
    }
}
