package dev.keelson.benchmarks;

import dev.keelson.core.demand.DemandReadings;
import dev.keelson.core.demand.Forecasts;
import dev.keelson.core.demand.Reading;
import dev.keelson.core.fleet.Accelerator;
import dev.keelson.core.fleet.CapacityType;
import dev.keelson.core.fleet.ControlHealth;
import dev.keelson.core.fleet.Deployment;
import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.DeploymentState;
import dev.keelson.core.fleet.EngineSpec;
import dev.keelson.core.fleet.FaultDomain;
import dev.keelson.core.fleet.FleetState;
import dev.keelson.core.fleet.Node;
import dev.keelson.core.fleet.NodeId;
import dev.keelson.core.fleet.NodeState;
import dev.keelson.core.fleet.Replica;
import dev.keelson.core.fleet.Revision;
import dev.keelson.core.plan.Plan;
import dev.keelson.core.plan.Planner;
import dev.keelson.core.plan.PlannerMemory;
import dev.keelson.core.policy.Autonomy;
import dev.keelson.core.policy.Policies;
import dev.keelson.core.policy.Slo;
import dev.keelson.core.testing.AppliedPlan;
import dev.keelson.core.testing.PoliciesBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * 1,000 nodes of 8 accelerators in four zones and 200 deployments of 6 to 18 replicas of 1, 2 or 4
 * accelerators. The planner itself has brought it to where it is.
 *
 * @param state what is known
 * @param memory what the planner remembers
 * @param expected the demand that forecasts tell of; null where there are none
 */
record LargeFleet(
        FleetState state,
        PlannerMemory memory,
        Forecasts forecasts,
        @Nullable ExpectedDemand expected,
        Policies policies) {
    private static final int NODES = 1_000;
    private static final int ACCELERATORS = 8;
    private static final int DEPLOYMENTS = 200;
    private static final int NODES_IN_RACK = 10;
    private static final int ZONES = 4;
    private static final int MAX_SEQUENCES = 32;
    private static final Duration STARTUP = Duration.ofSeconds(20);
    private static final Instant START = Instant.parse("2026-11-01T12:00:00Z");

    /** Nothing has to be done: each deployment has the replicas that its demand needs. */
    static LargeFleet steady() {
        return empty(null).untilAtRest();
    }

    /** The same, scaled on forecasts of all deployments. */
    static LargeFleet steadyByForecasts() {
        return empty(new ExpectedDemand(1)).untilAtRest();
    }

    /** The demand of every deployment has doubled for longer than the hold: now it scales out. */
    LargeFleet surge() {
        var deployments = new TreeMap<>(state.deployments());
        deployments.replaceAll((id, d) ->
                new DeploymentState(
                        d.spec(),
                        d.revisions(),
                        demand(2 * requests(d.spec()), state.observedAt())));
        return with(state.nodes(), deployments, expected).next(Duration.ofSeconds(3));
    }

    /** Forecasts tell of twice the demand of every deployment: now it scales out. */
    LargeFleet forecastSurge() {
        return with(state.nodes(), state.deployments(), new ExpectedDemand(2));
    }

    /** A quarter of the nodes, one zone, is lost in this very step. */
    LargeFleet zoneLost() {
        var heard = state.observedAt().minusSeconds(5);
        var nodes = new TreeMap<>(state.nodes());
        nodes.replaceAll(
                (id, node) -> node.domain().zone().equals("zone-0") ? silent(node, heard) : node);
        return with(nodes, state.deployments(), expected);
    }

    Plan plan() {
        return Planner.plan(state, memory, forecasts, policies);
    }

    /** Accelerators, thousandths of them, that replicas hold. */
    int thousandthsInUse() {
        return state.replicas().values().stream().mapToInt(Replica::thousandths).sum();
    }

    private LargeFleet untilAtRest() {
        var fleet = this;
        while (!fleet.plan().actions().isEmpty()) {
            fleet = fleet.next(STARTUP);
        }
        return fleet;
    }

    /** After the plan was carried out. */
    private LargeFleet next(Duration later) {
        var plan = plan();
        return at(AppliedPlan.finished(state, plan, later), plan.memory(), expected, policies);
    }

    private LargeFleet with(
            SortedMap<NodeId, Node> nodes,
            SortedMap<DeploymentId, DeploymentState> deployments,
            @Nullable ExpectedDemand demand) {
        var changed =
                new FleetState(
                        state.observedAt(),
                        state.epoch(),
                        state.control(),
                        nodes,
                        deployments,
                        state.replicas(),
                        List.of(),
                        List.of());
        return at(changed, memory, demand, policies);
    }

    private static LargeFleet at(
            FleetState state,
            PlannerMemory memory,
            @Nullable ExpectedDemand expected,
            Policies policies) {
        var forecasts = expected == null ? Forecasts.NONE : expected.of(state);
        return new LargeFleet(state, memory, forecasts, expected, policies);
    }

    /** Requests that the least count of replicas is just right for. */
    private static double requests(Deployment d) {
        return d.minReplicas() * d.maxSequences() * 0.6;
    }

    private static LargeFleet empty(@Nullable ExpectedDemand expected) {
        var nodes = new TreeMap<NodeId, Node>();
        for (int i = 0; i < NODES; i++) {
            var node = node(i);
            nodes.put(node.id(), node);
        }
        var deployments = new TreeMap<DeploymentId, DeploymentState>();
        for (int i = 0; i < DEPLOYMENTS; i++) {
            var d = deployment(i);
            deployments.put(
                    d.id(),
                    new DeploymentState(
                            d,
                            List.of(new Revision(d.id(), 1, d.engine())),
                            demand(requests(d), START)));
        }
        var state =
                new FleetState(
                        START,
                        1,
                        new ControlHealth(START.minusSeconds(3_600), Duration.ofMillis(500), START),
                        nodes,
                        deployments,
                        new TreeMap<>(),
                        List.of(),
                        List.of());
        return at(
                state,
                PlannerMemory.EMPTY,
                expected,
                PoliciesBuilder.with(Autonomy.AUTO, NODES, NODES));
    }

    private static Node node(int i) {
        int zone = i % ZONES;
        return new Node(
                new NodeId("node-" + (NODES + i)),
                new FaultDomain(
                        "region-" + zone / 2,
                        "zone-" + zone,
                        "rack-" + i / (ZONES * NODES_IN_RACK)),
                i % 5 == 0 ? CapacityType.SPOT : CapacityType.ON_DEMAND,
                NodeState.READY,
                false,
                Collections.nCopies(ACCELERATORS, new Accelerator("gpu", 80L << 30)),
                1_000 * ACCELERATORS,
                START,
                true,
                false,
                null);
    }

    private static Node silent(Node n, Instant heard) {
        return new Node(
                n.id(),
                n.domain(),
                n.capacityType(),
                n.state(),
                n.cordoned(),
                n.accelerators(),
                n.capacityThousandths(),
                heard,
                false,
                n.provided(),
                n.notice());
    }

    private static Deployment deployment(int i) {
        int accelerators = 1 << i % 3;
        return new Deployment(
                new DeploymentId("model-" + (DEPLOYMENTS + i)),
                new EngineSpec("vllm", "models/m" + i, "m" + i, new TreeMap<>()),
                new Slo(Duration.ofSeconds(2), Duration.ofMillis(60)),
                6 + i / 3 % 5 * 3,
                48,
                1_000 * accelerators,
                MAX_SEQUENCES,
                8_192);
    }

    private static DemandReadings demand(double inFlight, Instant at) {
        return new DemandReadings(
                new Reading(inFlight, at),
                new Reading(0, at),
                new Reading(inFlight / 10, at),
                null,
                null);
    }
}
