package dev.keelson.core.demand;

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
