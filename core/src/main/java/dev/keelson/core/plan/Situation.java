package dev.keelson.core.plan;

import dev.keelson.core.demand.Forecasts;
import dev.keelson.core.fleet.Deployment;
import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.FleetState;
import dev.keelson.core.fleet.Node;
import dev.keelson.core.fleet.NodeId;
import dev.keelson.core.fleet.NodeState;
import dev.keelson.core.fleet.Replica;
import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.core.fleet.ReplicaState;
import dev.keelson.core.policy.Policies;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/** What one planning step works on: the inputs, the memory being written and what comes out. */
final class Situation {
    /**
     * After its start the control plane judges nobody for so long: an agent can reconnect twice in
     * it.
     */
    static final Duration RECONNECT_GRACE = Duration.ofSeconds(10);

    /**
     * An empty fleet waits so long for its minimum of nodes before it starts on those there are.
     */
    static final Duration FIRST_NODES = Duration.ofSeconds(20);

    /** A replica told to start that no state shows for so long never came to be. */
    static final Duration UNSEEN_START = Duration.ofSeconds(15);

    final FleetState state;
    final Forecasts forecasts;
    final Policies policies;
    final Instant now;
    final Draft draft;
    final Outcome outcome;
    final Arbiter arbiter;

    Situation(FleetState state, PlannerMemory memory, Forecasts forecasts, Policies policies) {
        this.state = state;
        this.forecasts = forecasts;
        this.policies = policies;
        now = state.observedAt();
        draft = new Draft(memory);
        outcome = new Outcome(now, draft, memory.holds());
        arbiter = new Arbiter(state, policies, outcome);
    }

    NodeState judged(NodeId node) {
        return draft.nodes.getOrDefault(node, NodeState.GONE);
    }

    boolean isReachable(NodeId node) {
        var judged = judged(node);
        return judged != NodeState.LOST && judged != NodeState.GONE;
    }

    boolean breakerIsOpen() {
        return draft.breaker != null;
    }

    /**
     * Has the fleet been seen since this control plane started? Before that it would start what
     * already runs.
     */
    boolean isSettled() {
        var startedAt = state.control().startedAt();
        if (state.nodes().size() < policies.minNodes() && state.replicas().isEmpty()) {
            // The very first start: wait for the nodes that are coming, so that replicas are
            // spread.
            return !now.isBefore(startedAt.plus(FIRST_NODES));
        }
        if (!now.isBefore(startedAt.plus(RECONNECT_GRACE))) {
            return true;
        }
        return state.nodes().size() >= policies.minNodes()
                && state.nodes().values().stream()
                        .filter(n -> isReachable(n.id()))
                        .allMatch(n -> n.connected() && !n.lastHeardAt().isBefore(startedAt));
    }

    boolean isLeaving(Node node) {
        return node.notice() != null
                || node.state() == NodeState.DRAINING
                || draft.drainingNodes.containsKey(node.id());
    }

    /** Live replicas on nodes that are there, in the order of their names. */
    List<Member> members() {
        var members = new TreeMap<ReplicaId, Member>();
        for (Replica r : state.replicas().values()) {
            if (r.state().isLive() && isReachable(r.node())) {
                members.put(r.id(), member(r));
            }
        }
        draft.starts.forEach((id, start) -> {
            if (!state.replicas().containsKey(id) && isReachable(start.node())) {
                members.put(
                        id,
                        new Member(
                                id,
                                start.deployment(),
                                start.revision(),
                                start.node(),
                                draft.drains.containsKey(id)
                                        ? ReplicaState.DRAINING
                                        : ReplicaState.PENDING,
                                start.at(),
                                start.at(),
                                leaves(start.node())));
            }
        });
        return List.copyOf(members.values());
    }

    private Member member(Replica r) {
        var phase = draft.drains.containsKey(r.id()) ? ReplicaState.DRAINING : r.state();
        return new Member(
                r.id(),
                r.deployment(),
                r.revision(),
                r.node(),
                phase,
                r.decidedAt(),
                r.changedAt(),
                leaves(r.node()));
    }

    private boolean leaves(NodeId id) {
        var node = state.nodes().get(id);
        return node != null && isLeaving(node);
    }

    List<Member> membersOf(DeploymentId deployment) {
        return members().stream().filter(m -> m.deployment().equals(deployment)).toList();
    }

    int readyOf(DeploymentId deployment) {
        return (int) membersOf(deployment).stream().filter(Member::isReady).count();
    }

    /** Thousandths of a node's room that no live replica takes. */
    int freeThousandths(Node node) {
        int taken = 0;
        for (Replica r : state.replicas().values()) {
            if (r.node().equals(node.id()) && r.state().isLive()) {
                taken += r.thousandths();
            }
        }
        for (var start : draft.starts.entrySet()) {
            if (start.getValue().node().equals(node.id())
                    && !state.replicas().containsKey(start.getKey())) {
                taken += start.getValue().thousandths();
            }
        }
        return node.capacityThousandths() - taken;
    }

    boolean takesReplicas(Node node) {
        return judged(node.id()) == NodeState.READY
                && !node.cordoned()
                && !draft.cordoned.contains(node.id())
                && !isLeaving(node);
    }

    ReplicaId nextName(Deployment deployment) {
        while (true) {
            var id = new ReplicaId(deployment.id() + "-" + draft.nextReplica++);
            if (!state.replicas().containsKey(id)) {
                return id;
            }
        }
    }

    /** Those to keep first: READY, never replaced, on capacity that gets no notices, oldest. */
    Comparator<Member> keepOrder() {
        return Comparator.comparing((Member m) -> !m.isReady())
                .thenComparing(m -> draft.lost.contains(m.id()))
                .thenComparing(this::isOnSpot)
                .thenComparing(Member::since)
                .thenComparing(Member::id);
    }

    private boolean isOnSpot(Member m) {
        var node = state.nodes().get(m.node());
        return node != null && node.capacityType() == dev.keelson.core.fleet.CapacityType.SPOT;
    }

    static List<Member> without(List<Member> members, List<Member> some) {
        var rest = new ArrayList<>(members);
        rest.removeAll(some);
        return rest;
    }
}
