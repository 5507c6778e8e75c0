package dev.keelson.simulator.trace;

import java.util.List;

/**
 * One request of a trace that says which prefix blocks its prompt consists of.
 *
 * @param arrivalSeconds since the trace began
 * @param inputTokens of the prompt
 * @param outputTokens that the answer had; 0 for none
 * @param blocks hashes of the prompt's blocks, the first block first; the last may be partial
 */
public record PrefixRequest(
        double arrivalSeconds, int inputTokens, int outputTokens, List<Long> blocks) {
    public PrefixRequest {
        blocks = List.copyOf(blocks);
    }

    /** As a request of a fleet, that asks for at least one token. */
    TraceRequest toRequest(int blockTokens) {
        return new TraceRequest(
                arrivalSeconds,
                inputTokens,
                Math.max(1, outputTokens),
                TraceRequest.Label.NONE,
                blocks.subList(0, inputTokens / blockTokens));
    }

    /**
     * Tokens that need no prefill when so many leading blocks are cached. An engine computes at
     * least the last token, whose output is the first new token.
     */
    public int cachedTokens(int cachedBlocks, int blockTokens) {
        return (int) Math.min((long) cachedBlocks * blockTokens, inputTokens - 1L);
    }
}
