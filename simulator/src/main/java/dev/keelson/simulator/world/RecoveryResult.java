package dev.keelson.simulator.world;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One way of recovery under one set of faults.
 *
 * @param falsePositives replicas and nodes that were taken for broken and were not
 * @param capacityLostReplicaHours what was missing of the wanted number of working replicas; one
 *     that is slow by a factor counts for its share
 */
public record RecoveryResult(
        RunResult run,
        List<Fault> faults,
        List<String> falsePositives,
        double capacityLostReplicaHours) {
    public RecoveryResult {
        faults = List.copyOf(faults);
        falsePositives = List.copyOf(falsePositives);
    }

    /** Requests that got no complete answer. */
    public long requestsLost() {
        return run.failed() + run.refused();
    }

    public long found() {
        return faults.stream().filter(f -> f.foundAfterSeconds() != null).count();
    }

    /**
     * One fault that struck.
     *
     * @param kind such as {@code hang}
     * @param node where
     * @param atSeconds since the start
     * @param foundAfterSeconds until it was taken for what it is; null if never
     */
    public record Fault(
            String kind, String node, double atSeconds, @Nullable Double foundAfterSeconds) {}
}
