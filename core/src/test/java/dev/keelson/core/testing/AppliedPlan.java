package dev.keelson.core.testing;

import dev.keelson.core.demand.DemandReadings;
import dev.keelson.core.demand.Reading;
import dev.keelson.core.fleet.ControlHealth;
import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.DeploymentState;
import dev.keelson.core.fleet.FleetState;
import dev.keelson.core.fleet.Node;
import dev.keelson.core.fleet.NodeId;
import dev.keelson.core.fleet.Replica;
import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.core.fleet.ReplicaState;
import dev.keelson.core.plan.Action;
import dev.keelson.core.plan.Plan;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What a fleet looks like after it did what a plan says. */
public final class AppliedPlan {
    private final FleetState state;
    private final TreeMap<NodeId, Node> nodes;
    private final TreeMap<ReplicaId, Replica> replicas;

    private AppliedPlan(FleetState state) {
        this.state = state;
        nodes = new TreeMap<>(state.nodes());
        replicas = new TreeMap<>(state.replicas());
    }

    /**
     * At the same moment: started replicas are PENDING, drained ones DRAINING, stopped ones
     * STOPPED.
     */
    public static FleetState taken(FleetState state, Plan plan) {
        var applied = new AppliedPlan(state);
        plan.actions().forEach(applied::apply);
        return applied.at(state.observedAt(), state.deployments());
    }

    /**
     * Later: what was to start on nodes that answer is READY, what was to drain STOPPED; the same
     * load, measured again; silent nodes stay silent, and nothing ended is shown any more.
     */
    public static FleetState finished(FleetState state, Plan plan, Duration startup) {
        var now = state.observedAt().plus(startup);
        var applied = new AppliedPlan(taken(state, plan));
        applied.nodes.replaceAll((id, node) -> applied.heard(node, startup));
        applied.replicas.replaceAll((id, r) -> applied.settled(r, startup));
        applied.replicas.values().removeIf(r -> !r.state().isLive());
        var deployments = new TreeMap<DeploymentId, DeploymentState>();
        state.deployments().forEach((id, d) -> deployments.put(id, measuredAgain(d, startup)));
        return applied.at(now, deployments);
    }

    private FleetState at(Instant now, SortedMap<DeploymentId, DeploymentState> deployments) {
        var control = state.control();
        return new FleetState(
                now,
                state.epoch(),
                new ControlHealth(control.startedAt(), control.longestPause(), control.pausedAt()),
                nodes,
                deployments,
                replicas,
                state.freezes(),
                List.of());
    }

    private void apply(Action action) {
        switch (action) {
            case Action.Scale _,
                    // Its provider brings the node much later.
                    Action.AcquireNode _,
                    Action.PromoteRevision _,
                    Action.RevertRevision _ -> {}
            case Action.StartReplica a -> replicas.put(a.target(), started(a));
            case Action.DrainReplica a -> change(a.target(), ReplicaState.DRAINING);
            case Action.StopReplica a -> change(a.target(), ReplicaState.STOPPED);
            case Action.CordonNode a -> cordon(a.target(), true);
            case Action.UncordonNode a -> cordon(a.target(), false);
            case Action.ReleaseNode a -> nodes.remove(a.target());
        }
    }

    private Replica started(Action.StartReplica a) {
        return started(state, a);
    }

    /** The replica that an agent makes of this command. */
    public static Replica started(FleetState state, Action.StartReplica a) {
        var d = state.deployments().get(a.deployment());
        if (d == null) {
            throw new AssertionError("A start of " + a.deployment() + ", which does not exist.");
        }
        var now = state.observedAt();
        return Replica.decided(
                a.target(),
                a.deployment(),
                a.revision(),
                a.node(),
                d.spec().replicaThousandths(),
                now);
    }

    private void change(ReplicaId id, ReplicaState next) {
        replicas.computeIfPresent(
                id, (same, r) -> in(r, next, state.observedAt(), r.startup(), r.reason()));
    }

    private void cordon(NodeId id, boolean cordoned) {
        nodes.computeIfPresent(id, (same, n) -> with(n, cordoned, n.lastHeardAt()));
    }

    private Node heard(Node node, Duration later) {
        return answers(node.id())
                ? with(node, node.cordoned(), node.lastHeardAt().plus(later))
                : node;
    }

    /** Heard within the last second, as agents are that send once a second. */
    private boolean answers(NodeId id) {
        var node = state.nodes().get(id);
        return node == null
                || !node.lastHeardAt().isBefore(state.observedAt().minus(Duration.ofSeconds(1)));
    }

    private Replica settled(Replica r, Duration startup) {
        if (!answers(r.node())) {
            return r;
        }
        return switch (r.state()) {
            case PENDING, STARTING ->
                    in(r, ReplicaState.READY, state.observedAt().plus(startup), startup, null);
            case DRAINING ->
                    in(
                            r,
                            ReplicaState.STOPPED,
                            state.observedAt().plus(startup),
                            r.startup(),
                            null);
            case READY, STOPPED, FAILED -> r;
        };
    }

    private static DeploymentState measuredAgain(DeploymentState d, Duration later) {
        UnaryOperator<@Nullable Reading> again =
                r -> r == null ? null : new Reading(r.value(), r.at().plus(later));
        var shares = new TreeMap<Integer, Reading>();
        d.failureShares()
                .forEach((n, r) -> shares.put(n, new Reading(r.value(), r.at().plus(later))));
        var demand = d.demand();
        return new DeploymentState(
                d.spec(),
                d.revisions(),
                new DemandReadings(
                        again.apply(demand.inFlight()),
                        again.apply(demand.queued()),
                        again.apply(demand.arrivalsPerSecond()),
                        again.apply(demand.outputTokensPerSecond()),
                        again.apply(demand.ttftP99Seconds())),
                shares);
    }

    private static Node with(Node n, boolean cordoned, Instant heard) {
        return FleetModel.node(n, cordoned, heard, n.connected(), n.notice());
    }

    /** The same replica in another state. */
    static Replica in(
            Replica r,
            ReplicaState next,
            Instant at,
            @Nullable Duration startup,
            @Nullable String reason) {
        return new Replica(
                r.id(),
                r.deployment(),
                r.revision(),
                r.node(),
                next,
                r.thousandths(),
                r.decidedAt(),
                at,
                r.url(),
                r.pid(),
                r.startedAt(),
                startup,
                r.progressAge(),
                r.load(),
                reason);
    }
}
