package dev.keelson.controlplane.actuate;

import dev.keelson.controlplane.journal.DatabaseJournal;
import dev.keelson.controlplane.journal.IncidentBook;
import dev.keelson.controlplane.nodes.NodeProvider;
import dev.keelson.controlplane.observe.Commands;
import dev.keelson.controlplane.observe.FleetBoard;
import dev.keelson.controlplane.observe.ManifestWatch;
import dev.keelson.controlplane.observe.RoutingTables;
import dev.keelson.controlplane.store.LeaderLease;
import dev.keelson.controlplane.store.NodeRow;
import dev.keelson.controlplane.store.OperatorTable;
import dev.keelson.controlplane.store.ReplicaRow.Ending;
import dev.keelson.core.control.PlanActuator;
import dev.keelson.core.fleet.CapacityType;
import dev.keelson.core.fleet.NodeId;
import dev.keelson.core.fleet.Replica;
import dev.keelson.core.plan.Action;
import dev.keelson.core.plan.Plan;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries a plan out by changing what is decided; the {@link Reconciler} tells the agents. Not
 * thread-safe: the control loop's thread only.
 */
public final class Actuator implements PlanActuator {
    private static final Logger LOG = LoggerFactory.getLogger(Actuator.class);
    private static final Duration RELEASE_WITHIN = Duration.ofMinutes(2);

    /** Thrown by a leader that found out that it is none. */
    public static final class Deposed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Deposed(long epoch) {
            super("another control plane leads: epoch %d is over".formatted(epoch));
        }
    }

    private final FleetBoard fleet;
    private final ManifestWatch manifests;
    private final RoutingTables routing;
    private final Reconciler reconciler;
    private final DatabaseJournal journal;
    private final IncidentBook incidents;
    private final OperatorTable operators;
    private final NodeProvider provider;
    private final LeaderLease lease;
    private final Executor slow;
    private final InstantSource clock;

    /** Acquired nodes whose agents have not joined yet. */
    private final Set<NodeId> awaited = ConcurrentHashMap.newKeySet();

    /** Released nodes whose agents have not left yet. */
    private final Set<NodeId> leaving = ConcurrentHashMap.newKeySet();

    public Actuator(
            FleetBoard fleet,
            ManifestWatch manifests,
            RoutingTables routing,
            Reconciler reconciler,
            DatabaseJournal journal,
            IncidentBook incidents,
            OperatorTable operators,
            NodeProvider provider,
            LeaderLease lease,
            Executor slow,
            InstantSource clock) {
        this.fleet = fleet;
        this.manifests = manifests;
        this.routing = routing;
        this.reconciler = reconciler;
        this.journal = journal;
        this.incidents = incidents;
        this.operators = operators;
        this.provider = provider;
        this.lease = lease;
        this.slow = slow;
        this.clock = clock;
    }

    @Override
    public void apply(Plan plan) {
        if (!lease.isHeld()) {
            throw new Deposed(lease.epoch());
        }
        // Routing first: nothing new goes where something is about to end.
        for (var action : plan.actions()) {
            apply(action);
        }
        routing.refresh();
        incidents.apply(plan.incidents(), journal.idsOf(plan));
        if (!plan.memory().answeredRequests().isEmpty()) {
            operators.answered(plan.memory().answeredRequests());
        }
        reconciler.step();
        follow();
    }

    private void apply(Action action) {
        switch (action) {
            case Action.StartReplica start -> start(start);
            case Action.DrainReplica drain ->
                    fleet.decideEnd(drain.target(), Ending.DRAIN, drain.why(), drain.within());
            case Action.StopReplica stop ->
                    fleet.decideEnd(stop.target(), Ending.STOP, stop.why(), Duration.ZERO);
            case Action.CordonNode cordon ->
                    fleet.change(cordon.target(), row -> row.withCordoned(true));
            case Action.UncordonNode uncordon ->
                    fleet.change(uncordon.target(), row -> row.withCordoned(false));
            case Action.AcquireNode acquire -> slow.execute(() -> acquire(acquire.capacityType()));
            case Action.ReleaseNode release -> release(release.target());
            case Action.Scale _, Action.PromoteRevision _, Action.RevertRevision _ -> {
                // The planner's memory holds these; routing reads them from there.
            }
        }
    }

    private void start(Action.StartReplica start) {
        var deployment = manifests.inForce().deployments().get(start.deployment());
        var now = Instant.ofEpochMilli(clock.millis());
        fleet.decideStart(
                Replica.decided(
                        start.target(),
                        start.deployment(),
                        start.revision(),
                        start.node(),
                        deployment == null ? 1000 : deployment.replicaThousandths(),
                        now));
    }

    private void acquire(CapacityType capacityType) {
        try {
            var node = provider.acquire(capacityType);
            awaited.add(node);
            LOG.info("acquired node {}", node);
        } catch (IOException e) {
            LOG.warn("no node could be acquired: {}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void release(NodeId node) {
        if (fleet.change(node, row -> row.withReleasing(true))) {
            leaving.add(node);
            fleet.link(node)
                    .ifPresent(link ->
                            link.send(
                                    Commands.release(node.value(), RELEASE_WITHIN, lease.epoch())));
        }
    }

    /** What a provider's nodes need after their agents joined or left. */
    private void follow() {
        awaited.removeIf(node -> fleet.change(node, row -> row.withProvided(true)));
        for (var view : fleet.nodes()) {
            if (leaving.contains(view.id()) && !view.connected()) {
                leaving.remove(view.id());
                fleet.change(view.id(), row -> row.withGone(true));
                if (view.row().provided()) {
                    slow.execute(() -> giveBack(view.row()));
                }
            }
        }
    }

    private void giveBack(NodeRow row) {
        try {
            provider.release(new NodeId(row.name()));
            LOG.info("gave node {} back", row.name());
        } catch (IOException e) {
            LOG.warn("node {} could not be given back: {}", row.name(), e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
