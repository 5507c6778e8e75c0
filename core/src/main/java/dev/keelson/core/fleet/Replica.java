package dev.keelson.core.fleet;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One engine serving one revision on one node.
 *
 * @param decidedAt when the plan that started it was made
 * @param changedAt when it entered its state, by the control plane's clock
 * @param startup measured time from process start to READY; null until then
 * @param progressAge time since tokens last moved or a probe succeeded, as its agent measured it;
 *     null while unknown
 * @param reason why it is FAILED, STOPPED or DRAINING; null otherwise
 */
public record Replica(
        ReplicaId id,
        DeploymentId deployment,
        int revision,
        NodeId node,
        ReplicaState state,
        int thousandths,
        Instant decidedAt,
        Instant changedAt,
        @Nullable String url,
        @Nullable Long pid,
        @Nullable Instant startedAt,
        @Nullable Duration startup,
        @Nullable Duration progressAge,
        EngineLoad load,
        @Nullable String reason) {
    /** One of which nothing is known yet but that it is to be: PENDING since {@code now}. */
    public static Replica decided(
            ReplicaId id,
            DeploymentId deployment,
            int revision,
            NodeId node,
            int thousandths,
            Instant now) {
        return new Replica(
                id,
                deployment,
                revision,
                node,
                ReplicaState.PENDING,
                thousandths,
                now,
                now,
                null,
                null,
                null,
                null,
                null,
                EngineLoad.UNKNOWN,
                null);
    }
}
