package dev.keelson.gateway.route;

import java.time.Duration;

/** Ends attempts that stand still, by their replica's own pace. Stateless. */
final class StandstillWatch {
    /** Silence of one stream after which it counts as broken. */
    private static final long STALLED_NANOS = Duration.ofSeconds(60).toNanos();

    /** So many tokens' usual time without one, and two seconds, is a replica that stands still. */
    private static final int STALLED_TOKENS = 20;

    private StandstillWatch() {}

    static void watch(DeploymentRoutes route, ReplicaSlot slot, long now) {
        for (Attempt attempt : slot.attempts()) {
            if (attempt.hasToken()) {
                if (attempt.isExpecting() && isStalled(route, attempt, now)) {
                    attempt.abort(Attempt.Abort.STALLED);
                }
            } else if (now - attempt.ticket().deadlineNanos() >= 0) {
                attempt.abort(Attempt.Abort.DEADLINE);
            } else if (isHung(attempt, now) && route.hasOtherUsable(attempt, now)) {
                attempt.abort(Attempt.Abort.MOVED);
            }
        }
    }

    // By the replica's own pace: no stream on it moves, and this one can go on elsewhere. One that
    // cannot is given much longer.
    private static boolean isStalled(DeploymentRoutes route, Attempt attempt, long now) {
        if (now - attempt.lastByteNanos() > STALLED_NANOS) {
            return true;
        }
        long usual = (long) (STALLED_TOKENS * route.usualTokenSeconds() * 1e9);
        return attempt.isMovable()
                && now - attempt.slot().progressNanos() > ReplicaSlot.STALL_NANOS + usual
                && route.hasOtherUsable(attempt, now);
    }

    // Other requests that move on the same replica speak for it: then this one only waits its turn
    // there.
    private static boolean isHung(Attempt attempt, long now) {
        long silentSince = Math.max(attempt.startedNanos(), attempt.slot().progressNanos());
        return now - silentSince > attempt.ticket().patienceNanos();
    }
}
