package dev.keelson.simulator.engine;

/**
 * What one rank computes in one step: all that a step time depends on.
 *
 * @param prefillTokens prompt tokens of all chunks in the batch
 * @param prefillPairs query-key pairs of those chunks: the sum of chunk x (history + chunk / 2)
 * @param decodes sequences that generate one token
 * @param decodeContextTokens KV tokens that they read, together
 * @param decodeContextMin KV tokens of the shortest of them
 * @param decodeContextMax KV tokens of the longest of them
 * @param sequences sequences in the batch
 */
public record StepWork(
        int prefillTokens,
        double prefillPairs,
        int decodes,
        long decodeContextTokens,
        int decodeContextMin,
        int decodeContextMax,
        int sequences) {
    /** A rank without work. */
    public static final StepWork NONE = new StepWork(0, 0, 0, 0, 0, 0, 0);

    /** Tokens that pass through the dense layers. */
    public int tokens() {
        return prefillTokens + decodes;
    }

    /** One prompt chunk alone. */
    public static StepWork prefill(int chunkTokens, int historyTokens) {
        return new StepWork(
                chunkTokens,
                chunkTokens * (historyTokens + chunkTokens / 2.0),
                0,
                0,
                0,
                0,
                chunkTokens > 0 ? 1 : 0);
    }

    /** Sequences that all decode at the same context length. */
    public static StepWork decode(int sequences, int contextTokens) {
        return new StepWork(
                0,
                0,
                sequences,
                (long) sequences * contextTokens,
                contextTokens,
                contextTokens,
                sequences);
    }
}
