package dev.keelson.core.plan;

import dev.keelson.core.fleet.Node;
import dev.keelson.core.fleet.NodeState;
import dev.keelson.core.fleet.Replica;
import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.core.fleet.ReplicaState;
import dev.keelson.core.plan.PlannerMemory.Cause;
import dev.keelson.core.policy.ActionClass;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Answers what was lost since the last plan: opens incidents, counts failed starts, backs off,
 * gives a revision up.
 */
final class Failures {
    private static final int LONGEST_BACKOFF_DOUBLINGS = 6;

    /** A revision that is only being rolled out is given up sooner than one that has served. */
    private static final int ROLLOUT_START_FAILURES = 3;

    private final Situation s;

    /** READY ones are many, and nearly all of them were before. */
    private final Set<ReplicaId> wasSeenReady;

    private Failures(Situation s, PlannerMemory before) {
        this.s = s;
        wasSeenReady = new LinkedHashSet<>(before.seenReady());
    }

    static void answer(Situation s, PlannerMemory before) {
        var failures = new Failures(s, before);
        failures.answerNodes(before);
        for (Replica r : s.state.replicas().values()) {
            failures.answer(r);
        }
        failures.forget();
    }

    private void answerNodes(PlannerMemory before) {
        for (Node node : s.state.nodes().values()) {
            var judged = s.judged(node.id());
            if ((judged == NodeState.LOST || judged == NodeState.GONE)
                    && before.nodes().get(node.id()) != judged) {
                lose(node, judged == NodeState.LOST);
            }
        }
    }

    private void lose(Node node, boolean unforeseen) {
        var deployments = new TreeSet<dev.keelson.core.fleet.DeploymentId>();
        int replicas = 0;
        for (Replica r : s.replicasOn(node.id())) {
            if (r.state().isLive()) {
                s.draft.lost.add(r.id());
                deployments.add(r.deployment());
                replicas++;
                blame(
                        r,
                        new Cause(
                                Reason.NODE_LOST,
                                "%s was on the lost node %s".formatted(r.id(), node.id())));
            }
        }
        if (unforeseen) {
            long silentMs = Duration.between(node.lastHeardAt(), s.now).toMillis();
            s.outcome.open(
                    "node-lost",
                    node.id().value(),
                    node.lastHeardAt(),
                    List.copyOf(deployments),
                    List.of(
                            "Node %s (%s) was last heard %d ms ago and its session is %s."
                                    .formatted(
                                            node.id(),
                                            node.domain(),
                                            silentMs,
                                            node.connected() ? "open" : "closed"),
                            "It had %d live replicas.".formatted(replicas)));
        }
    }

    private void answer(Replica r) {
        var told = s.draft.drains.containsKey(r.id());
        if (r.state().isLive()) {
            if (s.isReachable(r.node())) {
                answerLive(r, told);
            }
            return;
        }
        if (s.draft.lost.contains(r.id())) {
            return;
        }
        s.draft.lost.add(r.id());
        if (told || (s.breakerIsOpen() && !s.isReachable(r.node()))) {
            return;
        }
        if (wasReady(r)) {
            loseEngine(r);
        } else if (r.state() == ReplicaState.FAILED) {
            failStart(r, r.reason() == null ? "it ended before it was ready" : r.reason(), false);
        }
    }

    private void answerLive(Replica r, boolean told) {
        if (r.state() == ReplicaState.READY) {
            var d = s.draft.deployments.get(r.deployment());
            if (!wasSeenReady.contains(r.id())) {
                s.draft.seenReady.add(r.id());
                if (d != null) {
                    d.startTroubles.remove(r.node());
                }
            }
            if (d != null && !told && r.revision() == d.serving) {
                d.startFailures.remove(r.revision());
            }
            return;
        }
        var starting = r.state() == ReplicaState.PENDING || r.state() == ReplicaState.STARTING;
        var timeout = s.policies.recovery().startTimeout();
        if (starting
                && !told
                && !s.breakerIsOpen()
                && !r.decidedAt().plus(timeout).isAfter(s.now)) {
            failStart(r, "it was not ready within %d s".formatted(timeout.toSeconds()), true);
            stop(r, "not ready within %d s".formatted(timeout.toSeconds()));
        }
    }

    private void stop(Replica r, String why) {
        if (!s.arbiter.permits(ActionClass.RECOVER, r.deployment(), "Stopping " + r.id())) {
            return;
        }
        s.end(r.deployment(), r.id());
        s.outcome.decide(
                new Decision(
                        r.deployment(),
                        List.of(new Action.StopReplica(r.id(), why)),
                        Reason.START_FAILED,
                        "Stop %s on %s: %s.".formatted(r.id(), r.node(), why),
                        List.of(),
                        List.of()));
    }

    private boolean wasReady(Replica r) {
        return s.draft.seenReady.contains(r.id()) || r.startup() != null;
    }

    private void loseEngine(Replica r) {
        var reason = r.reason() == null ? "its engine ended" : r.reason();
        var hung = reason.toLowerCase(Locale.ROOT).contains("hung");
        var progress = r.progressAge();
        Instant evidence = progress == null ? r.changedAt() : r.changedAt().minus(progress);
        s.outcome.open(
                hung ? "engine-hung" : "engine-lost",
                r.id().value(),
                evidence,
                List.of(r.deployment()),
                List.of(
                        "Replica %s on %s: %s.".formatted(r.id(), r.node(), reason),
                        "Its last sign of life was at %s.".formatted(evidence)));
        blame(
                r,
                new Cause(
                        hung ? Reason.REPLICA_HUNG : Reason.REPLICA_LOST,
                        "%s on %s is lost (%s)".formatted(r.id(), r.node(), reason)));
        var d = s.draft.deployments.get(r.deployment());
        if (d != null) {
            CrashLoop.ended(s, d, r, reason);
        }
        if (d != null && r.revision() != d.serving && !d.bad.contains(r.revision())) {
            // A revision that is coming in and dies after it was READY fails as surely as one that
            // does not start.
            int failures = d.startFailures.merge(r.revision(), 1, Integer::sum);
            if (failures >= ROLLOUT_START_FAILURES) {
                Rollout.giveUp(
                        s,
                        r.deployment(),
                        d,
                        r.revision(),
                        "its engines ended " + failures + " times: " + reason);
            }
        }
    }

    private void failStart(Replica r, String why, boolean timedOut) {
        var d = s.draft.deployments.get(r.deployment());
        if (d == null) {
            return;
        }
        StartTroubles.failed(s, d, r.node(), timedOut);
        int failures = d.startFailures.merge(r.revision(), 1, Integer::sum);
        var recovery = s.policies.recovery();
        d.notBefore = s.now.plus(backoff(s, failures));
        s.outcome.open(
                "start-failed",
                r.deployment() + "@" + r.revision(),
                r.decidedAt(),
                List.of(r.deployment()),
                List.of(
                        "Replica %s of revision %d failed to start on %s: %s."
                                .formatted(r.id(), r.revision(), r.node(), why)));
        blame(r, new Cause(Reason.START_FAILED, "%s failed to start (%s)".formatted(r.id(), why)));
        var rollingOut = r.revision() != d.serving;
        int limit =
                rollingOut
                        ? StrictMath.min(ROLLOUT_START_FAILURES, recovery.maxStartFailures())
                        : recovery.maxStartFailures();
        if (failures >= limit && !d.bad.contains(r.revision())) {
            Rollout.giveUp(
                    s,
                    r.deployment(),
                    d,
                    r.revision(),
                    "it failed to start %d times: %s".formatted(failures, why));
        }
    }

    /** Wait before the next start after so many failures in a row. */
    static Duration backoff(Situation s, int failures) {
        int doublings = StrictMath.min(failures - 1, LONGEST_BACKOFF_DOUBLINGS);
        return s.policies.recovery().startBackoff().multipliedBy(1L << doublings);
    }

    private void blame(Replica r, Cause cause) {
        var d = s.draft.deployments.get(r.deployment());
        if (d != null) {
            d.cause = cause;
        }
    }

    /** What no state shows any more needs no memory. */
    private void forget() {
        var known = s.state.replicas();
        s.draft.seenReady.removeIf(id -> !s.isShown(id));
        s.draft.lost.removeIf(id -> !s.isShown(id));
        s.draft
                .starts
                .entrySet()
                .removeIf(e ->
                        s.isShown(e.getKey())
                                || !s.isReachable(e.getValue().node())
                                || !e.getValue().at().plus(Situation.UNSEEN_START).isAfter(s.now));
        s.draft
                .drains
                .keySet()
                .removeIf(id -> {
                    @Nullable Replica r = known.get(id);
                    return r == null ? !s.draft.starts.containsKey(id) : !r.state().isLive();
                });
        s.draft.answeredRequests.removeIf(
                id -> s.state.requests().stream().noneMatch(q -> q.id().equals(id)));
        s.draft.deployments.keySet().removeIf(id -> !s.state.deployments().containsKey(id));
        s.draft.deployments.forEach((id, d) -> {
            CrashLoop.forget(s, id, d);
            StartTroubles.forget(s, d);
        });
        s.draft.idleSince.keySet().removeIf(id -> !s.state.nodes().containsKey(id));
        s.draft.drainingNodes.keySet().removeIf(id -> !s.state.nodes().containsKey(id));
        s.draft.cordoned.removeIf(id -> !s.state.nodes().containsKey(id));
        s.redrawRoster();
        new TreeMap<>(s.draft.incidents)
                .forEach((key, i) -> {
                    if (i.kind().equals("bad-revision") || i.kind().equals("start-failed")) {
                        Rollout.resolveIfPast(s, i);
                    }
                });
    }
}
