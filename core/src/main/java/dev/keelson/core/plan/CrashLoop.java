package dev.keelson.core.plan;

import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.Node;
import dev.keelson.core.fleet.Replica;
import dev.keelson.core.plan.PlannerMemory.Crashes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Back-off for engines that end soon after they were READY: each start succeeds, so that no failed
 * start is counted and they would begin and end for ever. Only what a replacement does in turn
 * counts: engines that end together were one loss, and the first loss is replaced at once.
 */
final class CrashLoop {
    /**
     * An engine that was READY for so long has proved itself: as for Kubernetes' CrashLoopBackOff.
     */
    static final Duration YOUNG = Duration.ofMinutes(10);

    private CrashLoop() {}

    /** Takes note of an engine that was READY and ended without being told to. */
    static void ended(Situation s, Draft.Deployed d, Replica r, String reason) {
        if (!lived(r).minus(YOUNG).isNegative() || isTakenAway(s, r)) {
            return;
        }
        var before = d.crashes.get(r.revision());
        int inARow = 1;
        if (before != null && r.decidedAt().isBefore(before.until().plus(YOUNG))) {
            if (r.decidedAt().isBefore(before.at())) {
                return;
            }
            inARow = before.inARow() + 1;
        }
        var wait = inARow == 1 ? Duration.ZERO : Failures.backoff(s, inARow - 1);
        var last = "%s on %s (%s)".formatted(r.id(), r.node(), reason);
        d.crashes.put(r.revision(), new Crashes(inARow, s.now, s.now.plus(wait), last));
    }

    /** How long it was READY: what it lived since it was decided, less what its start took. */
    private static Duration lived(Replica r) {
        var life = Duration.between(r.decidedAt(), r.changedAt());
        return r.startup() == null ? life : life.minus(r.startup());
    }

    /** Its machine goes: by a notice or an operator's word. */
    private static boolean isTakenAway(Situation s, Replica r) {
        Node node = s.state.nodes().get(r.node());
        return node == null || s.isLeaving(node);
    }

    /** Must the next start of this revision wait? Told once for each crash. */
    static boolean holds(Situation s, DeploymentId id, Draft.Deployed d, int revision) {
        var crashes = d.crashes.get(revision);
        if (crashes == null || !s.now.isBefore(crashes.until())) {
            return false;
        }
        var wait = Duration.between(crashes.at(), crashes.until());
        s.outcome.hold(
                id,
                Reason.CRASH_LOOP,
                revision + " " + crashes.inARow(),
                "Start no replica of %s for %s s, until %s: engines of revision %d ended %d times in a row within %d min of being READY, last %s."
                        .formatted(
                                id,
                                wait.toMillis() / 1e3,
                                crashes.until(),
                                revision,
                                crashes.inARow(),
                                YOUNG.toMinutes(),
                                crashes.last()),
                List.of(
                        new Decision.Input("endsInARow", (double) crashes.inARow(), null),
                        new Decision.Input("backoffSeconds", wait.toMillis() / 1e3, null)));
        return true;
    }

    /** A healthy period is over once no engine that could still count is left. */
    static void forget(Situation s, DeploymentId id, Draft.Deployed d) {
        d.crashes
                .entrySet()
                .removeIf(e -> {
                    Instant end = e.getValue().until().plus(YOUNG);
                    return !s.now.isBefore(end)
                            && s.replicasOf(id).stream()
                                    .filter(r -> r.revision() == e.getKey() && r.state().isLive())
                                    .allMatch(r -> !r.decidedAt().isBefore(end) || isProven(s, r));
                });
    }

    private static boolean isProven(Situation s, Replica r) {
        return switch (r.state()) {
            case READY -> !s.now.isBefore(r.changedAt().plus(YOUNG));
            case PENDING, STARTING -> false;
            case DRAINING, STOPPED, FAILED -> true;
        };
    }
}
