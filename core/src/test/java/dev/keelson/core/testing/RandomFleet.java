package dev.keelson.core.testing;

import dev.keelson.core.demand.DemandReadings;
import dev.keelson.core.demand.Reading;
import dev.keelson.core.fleet.Accelerator;
import dev.keelson.core.fleet.CapacityType;
import dev.keelson.core.fleet.ControlHealth;
import dev.keelson.core.fleet.Deployment;
import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.DeploymentState;
import dev.keelson.core.fleet.FaultDomain;
import dev.keelson.core.fleet.FleetState;
import dev.keelson.core.fleet.Node;
import dev.keelson.core.fleet.NodeId;
import dev.keelson.core.fleet.NodeState;
import dev.keelson.core.fleet.Notice;
import dev.keelson.core.fleet.OperatorRequest;
import dev.keelson.core.fleet.Replica;
import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.core.fleet.ReplicaState;
import dev.keelson.core.fleet.Revision;
import dev.keelson.core.plan.Planner;
import dev.keelson.core.plan.PlannerMemory;
import dev.keelson.core.policy.AcceleratorPolicy;
import dev.keelson.core.policy.ActionClass;
import dev.keelson.core.policy.Autonomy;
import dev.keelson.core.policy.AutoscalingPolicy;
import dev.keelson.core.policy.Freeze;
import dev.keelson.core.policy.Policies;
import dev.keelson.core.policy.RecoveryPolicy;
import dev.keelson.core.policy.Slo;
import dev.keelson.core.policy.SpotPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * A fleet that a seed makes: several deployments of several sizes on nodes in several zones, with a
 * past. It was planned for and disturbed a number of times, so that its memory is one that the
 * planner itself came to. Mutable; not thread-safe.
 */
public final class RandomFleet {
    private static final Instant START = Instant.parse("2026-11-01T12:00:00Z");
    private static final Duration STARTUP = Duration.ofSeconds(5);

    public FleetState state;
    public PlannerMemory memory = PlannerMemory.EMPTY;
    public final Policies policies;
    private final RandomGenerator random;
    private int disturbances;

    private RandomFleet(RandomGenerator random) {
        this.random = random;
        policies = policies(random);
        var deployments = deployments(random);
        state =
                new FleetState(
                        START,
                        1,
                        new ControlHealth(START.minusSeconds(3_600), Duration.ofMillis(500), START),
                        nodes(random),
                        deployments,
                        new TreeMap<>(),
                        List.of(),
                        List.of());
        deployments.keySet().forEach(id -> ask(id, random.nextInt(60)));
    }

    /** One that was planned for and disturbed up to a dozen times, and is disturbed now. */
    public static RandomFleet of(long seed) {
        var fleet = new RandomFleet(new Random(seed));
        for (int i = fleet.random.nextInt(12); i > 0; i--) {
            fleet.step();
            fleet.disturb();
        }
        return fleet;
    }

    /** One of which only the demand ever changed. */
    public static RandomFleet undisturbed(long seed) {
        var fleet = new RandomFleet(new Random(seed));
        for (int i = fleet.random.nextInt(12); i > 0; i--) {
            fleet.step();
            fleet.ask(fleet.any(fleet.state.deployments()), fleet.random.nextInt(60));
        }
        return fleet;
    }

    /** Plans, and lets all of it happen, or only the commands arrive. */
    public void step() {
        var plan = Planner.plan(state, memory, policies);
        memory = plan.memory();
        state =
                random.nextInt(4) == 0
                        ? AppliedPlan.taken(state, plan)
                        : AppliedPlan.finished(
                                state, plan, STARTUP.multipliedBy(1 + random.nextInt(20)));
    }

    /** The same fleet with this demand for one of its deployments, measured now. */
    public FleetState asked(DeploymentId id, double inFlight, double queued) {
        var now = state.observedAt();
        var d = demandOf(id);
        var deployments = new TreeMap<>(state.deployments());
        deployments.put(
                id,
                new DeploymentState(
                        d.spec(),
                        d.revisions(),
                        new DemandReadings(
                                new Reading(inFlight, now),
                                new Reading(queued, now),
                                null,
                                null,
                                null),
                        d.failureShares()));
        return with(state.nodes(), deployments, state.replicas());
    }

    private DeploymentState demandOf(DeploymentId id) {
        return java.util.Objects.requireNonNull(state.deployments().get(id));
    }

    private void ask(DeploymentId id, double requests) {
        state = asked(id, requests, random.nextInt(4) == 0 ? random.nextInt(20) : 0);
    }

    private void disturb() {
        if (state.nodes().isEmpty()) {
            return;
        }
        var id = any(state.deployments());
        var node = any(state.nodes());
        disturbances++;
        switch (random.nextInt(12)) {
            case 0, 1, 2 -> ask(id, random.nextInt(120));
            case 3 -> hear(node, state.observedAt().minusSeconds(30), false);
            case 4 -> state.nodes().keySet().forEach(n -> hear(n, state.observedAt(), true));
            case 5 -> notice(node);
            case 6 -> fail();
            case 7 -> cordon(node);
            case 8 -> revise(id);
            case 9 -> request(id, node);
            case 10 -> freeze();
            default -> forgetDemand(id);
        }
    }

    private <K> K any(SortedMap<K, ?> map) {
        return List.copyOf(map.keySet()).get(random.nextInt(map.size()));
    }

    private void hear(NodeId id, Instant heard, boolean connected) {
        change(id, n -> FleetModel.node(n, n.cordoned(), heard, connected, n.notice()));
    }

    private void notice(NodeId id) {
        var now = state.observedAt();
        var deadline = now.plusSeconds(20 + random.nextInt(100));
        var notice = random.nextBoolean() ? new Notice("terminate", now, deadline) : null;
        change(id, n -> FleetModel.node(n, n.cordoned(), n.lastHeardAt(), n.connected(), notice));
    }

    private void cordon(NodeId id) {
        change(
                id,
                n -> FleetModel.node(n, !n.cordoned(), n.lastHeardAt(), n.connected(), n.notice()));
    }

    private void fail() {
        if (!state.replicas().isEmpty()) {
            var id = any(state.replicas());
            var replicas = new TreeMap<>(state.replicas());
            replicas.computeIfPresent(
                    id,
                    (same, r) ->
                            r.state().isLive()
                                    ? AppliedPlan.in(
                                            r,
                                            ReplicaState.FAILED,
                                            state.observedAt(),
                                            r.startup(),
                                            "exit code 139")
                                    : r);
            state = with(state.nodes(), state.deployments(), replicas);
        }
    }

    private void revise(DeploymentId id) {
        var d = demandOf(id);
        var revisions = new ArrayList<>(d.revisions());
        int number = d.newest().number() + 1;
        revisions.add(new Revision(id, number, FleetBuilder.engine(number)));
        change(new DeploymentState(d.spec(), revisions, d.demand(), d.failureShares()));
    }

    private void forgetDemand(DeploymentId id) {
        var d = demandOf(id);
        change(
                new DeploymentState(
                        d.spec(), d.revisions(), DemandReadings.UNKNOWN, d.failureShares()));
    }

    private void request(DeploymentId id, NodeId node) {
        var name = "request-" + disturbances;
        OperatorRequest request =
                random.nextBoolean()
                        ? new OperatorRequest.Scale(name, id, random.nextInt(12))
                        : new OperatorRequest.DrainNode(name, node);
        state = copy(state.freezes(), List.of(request));
    }

    private void freeze() {
        var until = state.observedAt().plusSeconds(60);
        state =
                copy(
                        List.of(new Freeze("ann", "deploy", until, random.nextBoolean())),
                        state.requests());
    }

    private void change(NodeId id, java.util.function.UnaryOperator<Node> how) {
        var nodes = new TreeMap<>(state.nodes());
        nodes.computeIfPresent(id, (same, n) -> how.apply(n));
        state = with(nodes, state.deployments(), state.replicas());
    }

    private void change(DeploymentState d) {
        var deployments = new TreeMap<>(state.deployments());
        deployments.put(d.spec().id(), d);
        state = with(state.nodes(), deployments, state.replicas());
    }

    private FleetState with(
            SortedMap<NodeId, Node> nodes,
            SortedMap<DeploymentId, DeploymentState> deployments,
            SortedMap<ReplicaId, Replica> replicas) {
        return new FleetState(
                state.observedAt(),
                state.epoch(),
                state.control(),
                nodes,
                deployments,
                replicas,
                state.freezes(),
                state.requests());
    }

    private FleetState copy(List<Freeze> freezes, List<OperatorRequest> requests) {
        return new FleetState(
                state.observedAt(),
                state.epoch(),
                state.control(),
                state.nodes(),
                state.deployments(),
                state.replicas(),
                freezes,
                requests);
    }

    private static Policies policies(RandomGenerator random) {
        var levels = new TreeMap<ActionClass, Autonomy>();
        for (var each : ActionClass.values()) {
            levels.put(each, random.nextInt(12) == 0 ? Autonomy.ADVISE : Autonomy.AUTO);
        }
        var scaling = new TreeMap<DeploymentId, AutoscalingPolicy>();
        for (int i = 0; i < 4; i++) {
            var id = new DeploymentId("model-" + i);
            scaling.put(
                    id,
                    new AutoscalingPolicy(
                            id,
                            0.3 + 0.7 * random.nextDouble(),
                            0.85,
                            Duration.ofSeconds(1 + random.nextInt(5)),
                            Duration.ofSeconds(random.nextInt(120)),
                            random.nextInt(20),
                            1 + 3 * random.nextDouble(),
                            0.2 * random.nextDouble(),
                            1 + random.nextInt(6),
                            Duration.ofSeconds(10)));
        }
        int nodes = random.nextInt(8);
        return new Policies(
                "00",
                scaling,
                new TreeMap<>(),
                kinds(),
                RecoveryPolicy.DEFAULTS,
                new SpotPolicy(Duration.ofSeconds(5), random.nextInt(3)),
                levels,
                nodes,
                nodes + random.nextInt(4));
    }

    /** Two of the models tell accelerators apart; one costs more and prefills faster. */
    private static SortedMap<DeploymentId, AcceleratorPolicy> kinds() {
        var kinds = new TreeMap<String, AcceleratorPolicy.Kind>();
        kinds.put("gpu-0", new AcceleratorPolicy.Kind(2, 8_000, 2_000));
        kinds.put("gpu-1", new AcceleratorPolicy.Kind(4, 24_000, 3_000));
        var policies = new TreeMap<DeploymentId, AcceleratorPolicy>();
        for (int i = 1; i <= 2; i++) {
            var id = new DeploymentId("model-" + i);
            policies.put(id, new AcceleratorPolicy(id, kinds));
        }
        return policies;
    }

    private static SortedMap<NodeId, Node> nodes(RandomGenerator random) {
        var nodes = new TreeMap<NodeId, Node>();
        int zones = 1 + random.nextInt(4);
        for (int i = 1 + random.nextInt(12); i > 0; i--) {
            var id = new NodeId("node-" + i);
            int zone = random.nextInt(zones);
            int accelerators = 1 + random.nextInt(8);
            nodes.put(
                    id,
                    new Node(
                            id,
                            new FaultDomain(
                                    "region-" + zone % 2,
                                    "zone-" + zone,
                                    "rack-" + random.nextInt(2)),
                            random.nextBoolean() ? CapacityType.SPOT : CapacityType.ON_DEMAND,
                            NodeState.READY,
                            false,
                            java.util.Collections.nCopies(
                                    accelerators, new Accelerator("gpu-" + i % 2, 80L << 30)),
                            1_000 * accelerators,
                            START,
                            true,
                            random.nextBoolean(),
                            null));
        }
        return nodes;
    }

    private static SortedMap<DeploymentId, DeploymentState> deployments(RandomGenerator random) {
        var deployments = new TreeMap<DeploymentId, DeploymentState>();
        int[] sizes = {250, 500, 1_000, 2_000, 4_000};
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            var id = new DeploymentId("model-" + (i - 1));
            int min = random.nextInt(4);
            var spec =
                    new Deployment(
                            id,
                            FleetBuilder.engine(1),
                            new Slo(Duration.ofSeconds(2), Duration.ofMillis(100)),
                            min,
                            min + random.nextInt(8),
                            sizes[random.nextInt(sizes.length)],
                            4 + random.nextInt(28),
                            2_048);
            deployments.put(
                    id,
                    new DeploymentState(
                            spec,
                            List.of(new Revision(id, 1, FleetBuilder.engine(1))),
                            DemandReadings.UNKNOWN));
        }
        return deployments;
    }
}
