package dev.keelson.simulator.engine;

/**
 * What one rank computes in one step: all that a step time depends on.
 *
 * @param prefillTokens prompt tokens of all chunks in the batch
 * @param prefillPairs query-key pairs of those chunks: the sum of chunk x (history + chunk / 2)
 * @param decodes sequences that generate
 * @param decodeTokens tokens that they compute: one each, and the drafts that are verified
 * @param decodeContextTokens KV tokens that they read, together
 * @param decodeContextMin KV tokens of the shortest of them
 * @param decodeContextMax KV tokens of the longest of them
 * @param logitRows rows of the output layer: one a sequence, prompts included, and one a draft
 */
public record StepWork(
        int prefillTokens,
        double prefillPairs,
        int decodes,
        int decodeTokens,
        long decodeContextTokens,
        int decodeContextMin,
        int decodeContextMax,
        int logitRows) {
    /** A rank without work. */
    public static final StepWork NONE = new StepWork(0, 0, 0, 0, 0, 0, 0, 0);

    /** Tokens that pass through the dense layers. */
    public int tokens() {
        return prefillTokens + decodeTokens;
    }

    /** One prompt chunk alone. */
    public static StepWork prefill(int chunkTokens, int historyTokens) {
        double pairs = chunkTokens * (historyTokens + chunkTokens / 2.0);
        return new StepWork(chunkTokens, pairs, 0, 0, 0, 0, 0, chunkTokens > 0 ? 1 : 0);
    }

    /** Sequences that all decode at the same context length. */
    public static StepWork decode(int sequences, int contextTokens) {
        long context = (long) sequences * contextTokens;
        return new StepWork(
                0, 0, sequences, sequences, context, contextTokens, contextTokens, sequences);
    }
}
