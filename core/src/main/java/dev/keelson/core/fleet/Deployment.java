package dev.keelson.core.fleet;

import dev.keelson.core.policy.Slo;

/**
 * A model to serve: what its manifest says.
 *
 * @param minReplicas at least this many, from 0
 * @param maxReplicas at most this many
 * @param replicaThousandths share of a node's accelerators that one replica takes
 * @param maxSequences requests that one replica runs at once
 * @param contextTokens longest prompt plus output
 */
public record Deployment(
        DeploymentId id,
        EngineSpec engine,
        Slo slo,
        int minReplicas,
        int maxReplicas,
        int replicaThousandths,
        int maxSequences,
        int contextTokens) {
    public Deployment {
        if (minReplicas < 0 || maxReplicas < minReplicas) {
            throw new IllegalArgumentException(
                    "The replica bounds (%d:%d) of deployment (%s) must satisfy 0 <= min <= max."
                            .formatted(minReplicas, maxReplicas, id));
        }
    }

    /** The same with another number of requests that one replica runs at once. */
    public Deployment withMaxSequences(int places) {
        return new Deployment(
                id,
                engine,
                slo,
                minReplicas,
                maxReplicas,
                replicaThousandths,
                places,
                contextTokens);
    }
}
