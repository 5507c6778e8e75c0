package dev.keelson.runtime.engine;

/**
 * Sizes that the scheduler keeps to.
 *
 * @param maxSequences sequences in one step at most
 * @param maxStepTokens tokens in one step at most; longer prompts are read in chunks
 * @param blockSize tokens per block of the key-value cache
 * @param blocks blocks of the key-value cache
 * @param maxModelTokens longest sequence, prompt and answer together
 * @param adapterSlots different adapters in one step at most; 0 serves none
 * @param maxAdapterRank largest rank of an adapter
 */
public record EngineLimits(
        int maxSequences,
        int maxStepTokens,
        int blockSize,
        int blocks,
        int maxModelTokens,
        int adapterSlots,
        int maxAdapterRank) {
    public static final int DEFAULT_ADAPTER_SLOTS = 4;
    public static final int DEFAULT_ADAPTER_RANK = 16;

    public EngineLimits {
        if (maxSequences < 1
                || blockSize < 1
                || blocks < 1
                || maxModelTokens < 2
                || maxStepTokens < maxSequences) {
            throw new IllegalArgumentException(
                    "max_num_seqs, block_size and num_blocks must be positive, max_model_len at least 2 and max_num_batched_tokens"
                            + " at least max_num_seqs");
        }
        if (adapterSlots < 0 || maxAdapterRank < 1) {
            throw new IllegalArgumentException(
                    "max_loras must not be negative and max_lora_rank must be positive");
        }
        if ((long) blocks * blockSize < maxModelTokens) {
            throw new IllegalArgumentException(
                    "num_blocks "
                            + blocks
                            + " x block_size "
                            + blockSize
                            + " holds less than one sequence of max_model_len "
                            + maxModelTokens);
        }
    }

    /** With the default bounds of adapters. */
    public EngineLimits(
            int maxSequences, int maxStepTokens, int blockSize, int blocks, int maxModelTokens) {
        this(
                maxSequences,
                maxStepTokens,
                blockSize,
                blocks,
                maxModelTokens,
                DEFAULT_ADAPTER_SLOTS,
                DEFAULT_ADAPTER_RANK);
    }

    /** The same with room for other adapters. */
    public EngineLimits withAdapters(int slots, int maxRank) {
        return new EngineLimits(
                maxSequences, maxStepTokens, blockSize, blocks, maxModelTokens, slots, maxRank);
    }

    /** Blocks that {@code tokens} tokens fill. */
    int blocksFor(int tokens) {
        return (tokens + blockSize - 1) / blockSize;
    }
}
