package dev.keelson.core.policy;

import dev.keelson.core.demand.ReplicaCapacity;
import dev.keelson.core.fleet.DeploymentId;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The kinds of accelerator that one deployment may run on. Replicas start on the kind that serves
 * the present work at the lowest cost and has room, and the dearest end first. Without kinds all
 * accelerators are alike.
 *
 * @param kinds by the accelerator's model as nodes name it; a kind that is not named is not used
 */
public record AcceleratorPolicy(DeploymentId deployment, SortedMap<String, Kind> kinds) {
    public AcceleratorPolicy {
        kinds = Collections.unmodifiableSortedMap(new TreeMap<>(kinds));
    }

    /**
     * What one kind costs and does.
     *
     * @param pricePerGpuHour of one accelerator, in any currency, the same for all kinds; above 0
     * @param prefillTokensPerSecond prompt tokens that one replica computes within its service
     *     level if it did nothing else; above 0
     * @param decodeTokensPerSecond tokens that it generates within its service level if it did
     *     nothing else; above 0
     */
    public record Kind(
            double pricePerGpuHour, double prefillTokensPerSecond, double decodeTokensPerSecond) {
        public Kind {
            if (!(pricePerGpuHour > 0)) {
                throw new IllegalArgumentException(
                        "The pricePerGpuHour (%s) of a kind must be above 0."
                                .formatted(pricePerGpuHour));
            }
        }

        /** What a replica of it does. */
        public ReplicaCapacity capacity() {
            return new ReplicaCapacity(prefillTokensPerSecond, decodeTokensPerSecond);
        }
    }

    /** Any kind, all alike. */
    public static AcceleratorPolicy any(DeploymentId deployment) {
        return new AcceleratorPolicy(deployment, new TreeMap<>());
    }
}
