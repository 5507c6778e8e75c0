package dev.keelson.simulator.route;

import java.util.List;

/**
 * One request of a trace that says which prefix blocks its prompt consists of.
 *
 * @param arrivalSeconds since the trace began
 * @param inputTokens of the prompt
 * @param blocks hashes of the prompt's blocks, the first block first; the last may be partial
 */
public record PrefixRequest(double arrivalSeconds, int inputTokens, List<Long> blocks) {
    public PrefixRequest {
        blocks = List.copyOf(blocks);
    }

    /**
     * Tokens that need no prefill when so many leading blocks are cached. An engine computes at
     * least the last token, whose output is the first new token.
     */
    public int cachedTokens(int cachedBlocks, int blockTokens) {
        return (int) Math.min((long) cachedBlocks * blockTokens, inputTokens - 1L);
    }
}
