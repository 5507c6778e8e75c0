package dev.keelson.gateway.route;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the gateway sees of one deployment at one moment.
 *
 * @param inFlight sent to a replica, not finished
 * @param queued waiting for a place
 */
public record DeploymentSnapshot(
        String deployment,
        int inFlight,
        int queued,
        long arrivals,
        long outputTokens,
        List<ReplicaSnapshot> replicas) {
    public DeploymentSnapshot {
        replicas = List.copyOf(replicas);
    }

    /**
     * One replica.
     *
     * @param progressAgeMs since a byte came from it while streams ran; null while none runs
     */
    public record ReplicaSnapshot(
            String replica,
            int inFlight,
            @Nullable Long progressAgeMs,
            int consecutiveFailures,
            long succeeded,
            long failed) {}

    static DeploymentSnapshot of(String name, DeploymentRoutes route, long nowNanos) {
        List<ReplicaSnapshot> replicas = new ArrayList<>();
        for (ReplicaSlot slot : route.allSlots()) {
            replicas.add(
                    new ReplicaSnapshot(
                            slot.id().value(),
                            slot.inFlight(),
                            progressAge(slot, nowNanos),
                            slot.consecutiveFailures(),
                            slot.succeeded(),
                            slot.failed()));
        }
        return new DeploymentSnapshot(
                name,
                route.inFlight(),
                route.queue().size(),
                route.arrivals,
                route.outputTokens,
                replicas);
    }

    // A request without stream is silent until it ends: it says nothing about progress.
    private static @Nullable Long progressAge(ReplicaSlot slot, long nowNanos) {
        long oldest = Long.MAX_VALUE;
        for (Attempt attempt : slot.attempts()) {
            if (attempt.ticket().isStreaming() && !attempt.isHeld()) {
                oldest = Math.min(oldest, attempt.startedNanos());
            }
        }
        return oldest == Long.MAX_VALUE
                ? null
                : (nowNanos - Math.max(oldest, slot.progressNanos())) / 1_000_000;
    }
}
