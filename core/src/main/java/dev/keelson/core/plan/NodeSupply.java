package dev.keelson.core.plan;

import dev.keelson.core.fleet.CapacityType;
import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.NodeState;
import dev.keelson.core.plan.PlannerMemory.Acquisition;
import dev.keelson.core.policy.ActionClass;
import java.time.Duration;
import java.util.List;

/**
 * Acquires a node when wanted replicas find no room, and releases an acquired one that stays empty.
 * One at a time.
 */
final class NodeSupply {
    private static final Duration ACQUISITION_TIMEOUT = Duration.ofMinutes(2);
    private static final Duration IDLE_HOLD = Duration.ofMinutes(5);

    private NodeSupply() {}

    static void decide(Situation s, int unplaced) {
        if (s.breakerIsOpen() || !s.isSettled()) {
            return;
        }
        int present =
                (int)
                        s.state.nodes().values().stream()
                                .filter(n -> s.judged(n.id()) != NodeState.GONE)
                                .count();
        var pending = s.draft.acquisition;
        if (pending != null
                && (present > pending.nodesBefore()
                        || !s.now.isBefore(pending.at().plus(ACQUISITION_TIMEOUT)))) {
            s.draft.acquisition = null;
        }
        if (unplaced > 0 && s.draft.acquisition == null && present < s.policies.maxNodes()) {
            acquire(s, unplaced, present);
        }
        release(s, unplaced);
    }

    private static void acquire(Situation s, int unplaced, int present) {
        if (!s.arbiter.permits(ActionClass.NODES, null, "Acquiring a node")) {
            return;
        }
        s.draft.acquisition = new Acquisition(s.now, present);
        s.outcome.decide(
                new Decision(
                        null,
                        List.of(new Action.AcquireNode(CapacityType.ON_DEMAND)),
                        Reason.NODES_NEEDED,
                        "Acquire a node: %d wanted replicas have no room on the %d nodes there are."
                                .formatted(unplaced, present),
                        List.of(
                                new Decision.Input("nodes", (double) present, null),
                                new Decision.Input("replicasWithoutRoom", (double) unplaced, null)),
                        List.of()));
    }

    private static void release(Situation s, int unplaced) {
        // What is leaving already, by an earlier release too, is not there to be enough.
        int staying =
                (int)
                        s.state.nodes().values().stream()
                                .filter(n -> s.isReachable(n.id()) && !s.isLeaving(n))
                                .count();
        int left = staying;
        for (Site site : s.roster().sites()) {
            var node = site.node;
            boolean idle =
                    node.provided()
                            && s.isReachable(node.id())
                            && !s.isLeaving(node)
                            && site.members == 0
                            && unplaced == 0;
            if (!idle || staying <= s.policies.minNodes()) {
                s.draft.idleSince.remove(node.id());
                continue;
            }
            var since = s.draft.idleSince.computeIfAbsent(node.id(), id -> s.now);
            if (left > s.policies.minNodes()
                    && !s.now.isBefore(since.plus(IDLE_HOLD))
                    && s.arbiter.permits(ActionClass.NODES, null, "Releasing " + node.id())) {
                left--;
                s.draft.idleSince.remove(node.id());
                s.draft.drainingNodes.put(node.id(), s.now);
                s.outcome.decide(
                        new Decision(
                                null,
                                List.of(new Action.ReleaseNode(node.id())),
                                Reason.NODES_IDLE,
                                "Release %s: it had no replica for %d s and %d nodes are enough."
                                        .formatted(node.id(), IDLE_HOLD.toSeconds(), left),
                                List.of(new Decision.Input("nodes", (double) staying, null)),
                                List.of()));
            }
        }
    }

    /**
     * Replicas of a deployment that does not exist (any more): drained, once the fleet has surely
     * been read.
     */
    static void drainOrphans(Situation s) {
        if (s.state.deployments().isEmpty() || !s.isSettled() || s.breakerIsOpen()) {
            return;
        }
        for (DeploymentId id : s.roster().deployments()) {
            if (!s.state.deployments().containsKey(id)) {
                drainOrphans(s, id);
            }
        }
    }

    private static void drainOrphans(Situation s, DeploymentId id) {
        for (var m : s.membersOf(id)) {
            if (!m.isDraining()
                    && s.arbiter.permits(ActionClass.RECOVER, null, "Draining " + m.id())) {
                s.end(id, m.id());
                s.outcome.decide(
                        new Decision(
                                null,
                                List.of(
                                        new Action.DrainReplica(
                                                m.id(),
                                                Fulfilment.DRAIN_WITHIN,
                                                "its deployment is not there")),
                                Reason.SURPLUS,
                                "Drain %s on %s: there is no deployment %s."
                                        .formatted(m.id(), m.node(), id),
                                List.of(),
                                List.of()));
            }
        }
    }
}
