package dev.keelson.simulator.engine;

/**
 * How an engine is set up. The names are vLLM's.
 *
 * @param maxSequences requests in one batch ({@code max_num_seqs})
 * @param maxBatchedTokens tokens in one batch ({@code max_num_batched_tokens})
 * @param blockTokens tokens of one KV block ({@code block_size})
 * @param kvBlocks KV blocks of one rank
 * @param pipelineDepth batches that may be in flight: 2 with asynchronous scheduling, else 1
 * @param prefixBlockTokens tokens that one prefix hash stands for, a multiple of blockTokens; 0
 *     turns the prefix cache off
 * @param order which waiting request goes first
 * @param lora adapters
 * @param speculation speculative decoding
 */
public record EngineLimits(
        int maxSequences,
        int maxBatchedTokens,
        int blockTokens,
        int kvBlocks,
        int pipelineDepth,
        int prefixBlockTokens,
        Order order,
        LoraSupport lora,
        Speculation speculation) {

    /** Which waiting request goes first, and which running one is preempted. */
    public enum Order {
        /** First come, first served; the latest one is preempted. */
        ARRIVAL,
        /** Smallest priority value first, then arrival; the largest value is preempted. */
        PRIORITY
    }

    public EngineLimits {
        atLeast("maxSequences", maxSequences, 1);
        atLeast("maxBatchedTokens", maxBatchedTokens, 1);
        atLeast("blockTokens", blockTokens, 1);
        atLeast("kvBlocks", kvBlocks, 1);
        atLeast("pipelineDepth", pipelineDepth, 1);
        atLeast("prefixBlockTokens", prefixBlockTokens, 0);
        if (prefixBlockTokens % blockTokens != 0) {
            throw new IllegalArgumentException(
                    "The prefixBlockTokens (%d) must be a multiple of blockTokens (%d)."
                            .formatted(prefixBlockTokens, blockTokens));
        }
    }

    /** An engine without adapters and speculation. */
    public EngineLimits(
            int maxSequences,
            int maxBatchedTokens,
            int blockTokens,
            int kvBlocks,
            int pipelineDepth,
            int prefixBlockTokens,
            Order order) {
        this(
                maxSequences,
                maxBatchedTokens,
                blockTokens,
                kvBlocks,
                pipelineDepth,
                prefixBlockTokens,
                order,
                LoraSupport.NONE,
                Speculation.NONE);
    }

    /** vLLM's V1 engine: blocks of 16 tokens, two batches in flight, first come first served. */
    public static EngineLimits vllm(int maxSequences, int maxBatchedTokens, int kvBlocks) {
        return new EngineLimits(maxSequences, maxBatchedTokens, 16, kvBlocks, 2, 16, Order.ARRIVAL);
    }

    /** The same with another depth of the pipeline. */
    public EngineLimits withPipelineDepth(int depth) {
        return new EngineLimits(
                maxSequences,
                maxBatchedTokens,
                blockTokens,
                kvBlocks,
                depth,
                prefixBlockTokens,
                order,
                lora,
                speculation);
    }

    /** The same with prefix hashes of another length, in tokens; 0 turns the prefix cache off. */
    public EngineLimits withPrefixBlockTokens(int tokens) {
        return new EngineLimits(
                maxSequences,
                maxBatchedTokens,
                blockTokens,
                kvBlocks,
                pipelineDepth,
                tokens,
                order,
                lora,
                speculation);
    }

    /** The same with these adapters. */
    public EngineLimits withLora(LoraSupport adapters) {
        return new EngineLimits(
                maxSequences,
                maxBatchedTokens,
                blockTokens,
                kvBlocks,
                pipelineDepth,
                prefixBlockTokens,
                order,
                adapters,
                speculation);
    }

    /** The same with this speculation. */
    public EngineLimits withSpeculation(Speculation other) {
        return new EngineLimits(
                maxSequences,
                maxBatchedTokens,
                blockTokens,
                kvBlocks,
                pipelineDepth,
                prefixBlockTokens,
                order,
                lora,
                other);
    }

    /** KV tokens of one rank. */
    public long kvTokens() {
        return (long) kvBlocks * blockTokens;
    }

    private static void atLeast(String name, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(
                    "The %s (%d) must be at least %d.".formatted(name, value, least));
        }
    }
}
