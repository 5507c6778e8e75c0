package dev.keelson.controlplane.observe;

import dev.keelson.controlplane.store.OperatorTable;
import dev.keelson.core.control.FleetObserver;
import dev.keelson.core.demand.DemandReadings;
import dev.keelson.core.demand.Reading;
import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.DeploymentState;
import dev.keelson.core.fleet.FleetState;
import dev.keelson.core.fleet.Node;
import dev.keelson.core.fleet.NodeId;
import dev.keelson.core.fleet.Replica;
import dev.keelson.core.fleet.ReplicaId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.SortedMap;
import java.util.TreeMap;

/** All that is known, as one value. Not thread-safe: the control loop's thread only. */
public final class Observer implements FleetObserver {
    /** Ended replicas that a planner may still have to answer. */
    private static final Duration ENDED_SHOWN = Duration.ofMinutes(10);

    private static final int MOST_ENDED_SHOWN = 50;
    private static final Duration GONE_SHOWN = Duration.ofMinutes(10);

    /** Below so many requests a failure share says nothing. */
    private static final int ENOUGH_REQUESTS = 10;

    private final FleetBoard fleet;
    private final GatewayBoard gateways;
    private final DemandFold demand;
    private final FailureShares failures;
    private final ManifestWatch manifests;
    private final OperatorTable operators;
    private final TickClock ticks;
    private final long epoch;
    private final InstantSource clock;

    public Observer(
            FleetBoard fleet,
            GatewayBoard gateways,
            DemandFold demand,
            FailureShares failures,
            ManifestWatch manifests,
            OperatorTable operators,
            TickClock ticks,
            long epoch,
            InstantSource clock) {
        this.fleet = fleet;
        this.gateways = gateways;
        this.demand = demand;
        this.failures = failures;
        this.manifests = manifests;
        this.operators = operators;
        this.ticks = ticks;
        this.epoch = epoch;
        this.clock = clock;
    }

    @Override
    public FleetState observe() {
        // Milliseconds are what the journal keeps.
        var now = Instant.ofEpochMilli(clock.millis());
        var health = ticks.tick(now);
        var replicas = replicas(now);
        return new FleetState(
                now,
                epoch,
                health,
                nodes(now),
                deployments(now, replicas),
                replicas,
                operators.freezes(now),
                operators.open(),
                operators.approvals(now));
    }

    private SortedMap<NodeId, Node> nodes(Instant now) {
        var result = new TreeMap<NodeId, Node>();
        for (var view : fleet.nodes()) {
            var row = view.row();
            if (row.gone() && Duration.between(view.lastHeardAt(), now).compareTo(GONE_SHOWN) > 0) {
                continue;
            }
            result.put(view.id(), view.node());
        }
        return result;
    }

    private SortedMap<ReplicaId, Replica> replicas(Instant now) {
        var result = new TreeMap<ReplicaId, Replica>();
        var all = fleet.replicas();
        all.stream()
                .map(FleetBoard.ReplicaView::replica)
                .filter(replica -> replica.state().isLive())
                .forEach(replica -> result.put(replica.id(), replica));
        all.stream()
                .map(FleetBoard.ReplicaView::replica)
                .filter(replica ->
                        !replica.state().isLive()
                                && Duration.between(replica.changedAt(), now).compareTo(ENDED_SHOWN)
                                        < 0)
                .sorted(Comparator.comparing(Replica::changedAt).reversed())
                .limit(MOST_ENDED_SHOWN)
                .forEach(replica -> result.put(replica.id(), replica));
        return result;
    }

    private SortedMap<DeploymentId, DeploymentState> deployments(
            Instant now, SortedMap<ReplicaId, Replica> replicas) {
        var inForce = manifests.inForce();
        var allPlaces = fleet.places();
        var result = new TreeMap<DeploymentId, DeploymentState>();
        inForce.deployments()
                .forEach((id, spec) -> {
                    var name = id.value();
                    var revisions = inForce.revisions().get(id);
                    if (revisions == null) {
                        return;
                    }
                    var places = allPlaces.get(id);
                    result.put(
                            id,
                            new DeploymentState(
                                    places == null
                                            ? spec
                                            : spec.withMaxSequences((int) Math.round(places)),
                                    revisions,
                                    new DemandReadings(
                                            gateways.inFlight(name),
                                            gateways.queued(name),
                                            demand.arrivalsPerSecond(name),
                                            demand.outputTokensPerSecond(name),
                                            demand.ttft(name, 0.99),
                                            demand.promptTokensPerSecond(name),
                                            demand.completionsPerSecond(name),
                                            demand.missesPerSecond(name, spec.slo())),
                                    shares(id, replicas, now)));
                });
        return result;
    }

    private SortedMap<Integer, Reading> shares(
            DeploymentId deployment, SortedMap<ReplicaId, Replica> replicas, Instant now) {
        var succeeded = new TreeMap<Integer, Long>();
        var failed = new TreeMap<Integer, Long>();
        var newest = new TreeMap<Integer, Instant>();
        for (var replica : replicas.values()) {
            var counted = failures.of(replica.id().value(), now);
            if (counted != null && replica.deployment().equals(deployment)) {
                succeeded.merge(replica.revision(), counted.succeeded(), Long::sum);
                failed.merge(replica.revision(), counted.failed(), Long::sum);
                newest.merge(replica.revision(), counted.newest(), (a, b) -> a.isAfter(b) ? a : b);
            }
        }
        var result = new TreeMap<Integer, Reading>();
        newest.forEach((revision, at) -> {
            var bad = failed.getOrDefault(revision, 0L);
            var all = bad + succeeded.getOrDefault(revision, 0L);
            if (all >= ENOUGH_REQUESTS) {
                result.put(revision, new Reading((double) bad / all, at));
            }
        });
        return result;
    }
}
