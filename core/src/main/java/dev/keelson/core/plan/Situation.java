package dev.keelson.core.plan;

import dev.keelson.core.demand.Forecasts;
import dev.keelson.core.fleet.CapacityType;
import dev.keelson.core.fleet.Deployment;
import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.FleetState;
import dev.keelson.core.fleet.Node;
import dev.keelson.core.fleet.NodeId;
import dev.keelson.core.fleet.NodeState;
import dev.keelson.core.fleet.Replica;
import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.core.plan.PlannerMemory.Start;
import dev.keelson.core.policy.Policies;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

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
    private final LinkedHashMap<DeploymentId, List<Replica>> byDeployment = new LinkedHashMap<>();
    private final LinkedHashMap<NodeId, List<Replica>> byNode = new LinkedHashMap<>();
    private final LinkedHashSet<ReplicaId> shown;
    private @Nullable Roster roster;
    private @Nullable Boolean settled;
    private @Nullable Set<CapacityType> tiers;

    Situation(FleetState state, PlannerMemory memory, Forecasts forecasts, Policies policies) {
        this.state = state;
        this.forecasts = forecasts;
        this.policies = policies;
        now = state.observedAt();
        draft = new Draft(memory);
        outcome = new Outcome(now, draft, memory.holds());
        arbiter = new Arbiter(state, policies, outcome);
        shown = new LinkedHashSet<>(state.replicas().keySet());
        for (Replica r : state.replicas().values()) {
            byDeployment.computeIfAbsent(r.deployment(), id -> new ArrayList<>()).add(r);
            byNode.computeIfAbsent(r.node(), id -> new ArrayList<>()).add(r);
        }
    }

    /** Tiers of the nodes that a replica may start on. */
    Set<CapacityType> tiersForReplicas() {
        if (tiers == null) {
            tiers = new TreeSet<>();
            for (var node : state.nodes().values()) {
                if (node.takesReplicas()) {
                    tiers.add(node.capacityType());
                }
            }
        }
        return tiers;
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
     * already runs. Known once the nodes are judged.
     */
    boolean isSettled() {
        if (settled == null) {
            settled = hasBeenSeen();
        }
        return settled;
    }

    private boolean hasBeenSeen() {
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

    /** What nodes take replicas or are being emptied has changed. */
    void redrawRoster() {
        roster = null;
    }

    /** Live replicas on nodes that are there, and the room on these. */
    Roster roster() {
        if (roster == null) {
            roster = new Roster(this);
        }
        return roster;
    }

    List<Member> membersOf(DeploymentId deployment) {
        return roster().of(deployment);
    }

    int readyOf(DeploymentId deployment) {
        return roster().readyOf(deployment);
    }

    void start(ReplicaId id, Start start, Site site) {
        draft.starts.put(id, start);
        roster().starts(this, id, start, site);
    }

    /** Notes that a replica is told to drain or stop now. */
    void end(DeploymentId deployment, ReplicaId id) {
        draft.drains.put(id, now);
        roster().ends(deployment, id);
    }

    /** Does the state show this replica, be it ended? */
    boolean isShown(ReplicaId id) {
        return shown.contains(id);
    }

    /** What the state shows of a deployment, ended replicas too. */
    List<Replica> replicasOf(DeploymentId deployment) {
        return byDeployment.getOrDefault(deployment, List.of());
    }

    /** What the state shows on a node, ended replicas too. */
    List<Replica> replicasOn(NodeId node) {
        return byNode.getOrDefault(node, List.of());
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
            if (!isShown(id)) {
                return id;
            }
        }
    }

    /** Those to keep first: READY, never replaced, on capacity that gets no notices, oldest. */
    Comparator<Member> keepOrder(KindCosts costs) {
        return Comparator.comparing((Member m) -> !m.isReady())
                .thenComparing(m -> draft.lost.contains(m.id()))
                .thenComparingDouble(m -> costs.on(m.site().node))
                .thenComparing(Member::isOnSpot)
                .thenComparing(Member::since)
                .thenComparing(Member::id);
    }
}
