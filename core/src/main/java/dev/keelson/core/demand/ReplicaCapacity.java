package dev.keelson.core.demand;

import java.time.Duration;

/**
 * What one READY replica does within its service level. Prefill and decode share the engine's time,
 * so a demand of p and d tokens per second takes p / prefill + d / decode replicas.
 *
 * @param prefillTokensPerSecond prompt tokens computed if it did nothing else
 * @param decodeTokensPerSecond tokens generated if it did nothing else
 */
public record ReplicaCapacity(double prefillTokensPerSecond, double decodeTokensPerSecond) {
    public ReplicaCapacity {
        if (!(prefillTokensPerSecond > 0) || !(decodeTokensPerSecond > 0)) {
            throw new IllegalArgumentException(
                    "The capacity (prefill %s, decode %s tokens per second) must be positive."
                            .formatted(prefillTokensPerSecond, decodeTokensPerSecond));
        }
    }

    /** Replicas that this demand keeps busy, tokens per second. */
    public double replicasFor(double prefillTokens, double decodeTokens) {
        return prefillTokens / prefillTokensPerSecond + decodeTokens / decodeTokensPerSecond;
    }

    /**
     * Requests that one replica takes up in a time, of a mix of which so many bring so much work; 0
     * where there is none to tell from.
     *
     * @param requests per second
     * @param prefillTokens of them, per second
     * @param decodeTokens the same
     */
    public double requestsIn(
            Duration time, double requests, double prefillTokens, double decodeTokens) {
        double busy = replicasFor(prefillTokens, decodeTokens);
        return busy > 0 ? requests / busy * (time.toNanos() / 1e9) : 0;
    }

    /**
     * In prompt tokens that arrive instead of those that it computes.
     *
     * @param found share of them that its prefix cache holds, below 1
     */
    public ReplicaCapacity withPrefixHits(double found) {
        return new ReplicaCapacity(prefillTokensPerSecond / (1 - found), decodeTokensPerSecond);
    }

    /** The same mix of work, so many times of it. */
    public ReplicaCapacity times(double factor) {
        return new ReplicaCapacity(prefillTokensPerSecond * factor, decodeTokensPerSecond * factor);
    }
}
