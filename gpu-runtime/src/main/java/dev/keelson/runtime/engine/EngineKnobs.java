package dev.keelson.runtime.engine;

/**
 * What may be changed while the engine serves.
 *
 * @param maxSequences sequences in one step at most
 * @param maxStepTokens tokens in one step at most; longer prompts are read in chunks
 * @param policy who runs first
 * @param prefixCaching whether prompts find what lies in the cache already
 * @param minimumStepNanos least time of a step; 0 is not paced
 * @param maxWaiting requests that may wait; the next one is refused
 * @param quantum {@code mlfq}: tokens that a sequence may read in the best level
 * @param starvationSteps {@code mlfq}: steps without service after which a sequence returns to the
 *     best level
 * @param speculativeTokens tokens that a sequence may guess in one step; 0 guesses none
 */
public record EngineKnobs(
        int maxSequences,
        int maxStepTokens,
        SchedulingPolicy policy,
        boolean prefixCaching,
        long minimumStepNanos,
        int maxWaiting,
        int quantum,
        int starvationSteps,
        int speculativeTokens) {
    public static final int DEFAULT_MAX_WAITING = 512;
    public static final int DEFAULT_QUANTUM = 32;
    public static final int DEFAULT_STARVATION_STEPS = 500;

    public EngineKnobs {
        if (maxSequences < 1 || maxStepTokens < maxSequences) {
            throw new IllegalArgumentException(
                    "max_num_seqs must be positive and max_num_batched_tokens at least max_num_seqs");
        }
        if (speculativeTokens < 0) {
            throw new IllegalArgumentException("num_speculative_tokens must not be negative");
        }
        if (minimumStepNanos < 0 || maxWaiting < 1 || quantum < 1 || starvationSteps < 1) {
            throw new IllegalArgumentException(
                    "min_step_ms must not be negative; max_waiting, mlfq_quantum and mlfq_starvation_steps must be positive");
        }
    }

    /** The batch sizes of {@code limits}, first come first served, prefixes remembered. */
    public static EngineKnobs of(EngineLimits limits) {
        return new EngineKnobs(
                limits.maxSequences(),
                limits.maxStepTokens(),
                SchedulingPolicy.FCFS,
                true,
                0,
                DEFAULT_MAX_WAITING,
                DEFAULT_QUANTUM,
                DEFAULT_STARVATION_STEPS,
                0);
    }

    /** The same with so many tokens guessed. */
    public EngineKnobs withSpeculativeTokens(int tokens) {
        return new EngineKnobs(
                maxSequences,
                maxStepTokens,
                policy,
                prefixCaching,
                minimumStepNanos,
                maxWaiting,
                quantum,
                starvationSteps,
                tokens);
    }

    /** The same with another least time of a step. */
    public EngineKnobs withMinimumStepNanos(long nanos) {
        return new EngineKnobs(
                maxSequences,
                maxStepTokens,
                policy,
                prefixCaching,
                nanos,
                maxWaiting,
                quantum,
                starvationSteps,
                speculativeTokens);
    }

    /** The same with prefixes remembered, or not. */
    public EngineKnobs withPrefixCaching(boolean on) {
        return new EngineKnobs(
                maxSequences,
                maxStepTokens,
                policy,
                on,
                minimumStepNanos,
                maxWaiting,
                quantum,
                starvationSteps,
                speculativeTokens);
    }
}
