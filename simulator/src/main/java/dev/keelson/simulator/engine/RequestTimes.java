package dev.keelson.simulator.engine;

/**
 * What happened to one request, in nanoseconds of virtual time.
 *
 * @param queuedNanos when the engine took it from its input queue, between two steps
 * @param scheduledNanos when it was first given a place in a batch
 * @param firstTokenNanos when its first token came out
 * @param lastTokenNanos when its last token came out
 * @param preemptions how often it lost its KV blocks and was computed again
 * @param cachedTokens prompt tokens found in the prefix cache when it was first scheduled
 * @param adapterLoads how often its adapter had to be loaded for it
 */
public record RequestTimes(
        EngineRequest request,
        long queuedNanos,
        long scheduledNanos,
        long firstTokenNanos,
        long lastTokenNanos,
        int preemptions,
        int cachedTokens,
        int adapterLoads) {

    /** Time to the first token, from the moment it was queued, in seconds. */
    public double timeToFirstTokenSeconds() {
        return (firstTokenNanos - queuedNanos) / 1e9;
    }

    /** Time per output token after the first one, in seconds; 0 for a request of one token. */
    public double timePerOutputTokenSeconds() {
        return (lastTokenNanos - firstTokenNanos) / 1e9 / Math.max(1, request.outputTokens() - 1);
    }

    /** Time to the last token, from the moment it was queued, in seconds. */
    public double endToEndSeconds() {
        return (lastTokenNanos - queuedNanos) / 1e9;
    }
}
