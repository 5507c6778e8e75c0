package dev.keelson.simulator.world;

import dev.keelson.core.control.ControlLoop;
import dev.keelson.core.control.ForecastSource;
import dev.keelson.core.demand.DemandReadings;
import dev.keelson.core.demand.Reading;
import dev.keelson.core.fleet.Accelerator;
import dev.keelson.core.fleet.ControlHealth;
import dev.keelson.core.fleet.Deployment;
import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.DeploymentState;
import dev.keelson.core.fleet.EngineLoad;
import dev.keelson.core.fleet.EngineSpec;
import dev.keelson.core.fleet.FaultDomain;
import dev.keelson.core.fleet.FleetState;
import dev.keelson.core.fleet.Node;
import dev.keelson.core.fleet.NodeId;
import dev.keelson.core.fleet.NodeState;
import dev.keelson.core.fleet.Notice;
import dev.keelson.core.fleet.Replica;
import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.core.fleet.ReplicaState;
import dev.keelson.core.fleet.Revision;
import dev.keelson.core.plan.Action;
import dev.keelson.core.plan.IncidentChange;
import dev.keelson.core.plan.Plan;
import dev.keelson.core.plan.PlannerMemory;
import dev.keelson.core.policy.AcceleratorPolicy;
import dev.keelson.core.policy.ActionClass;
import dev.keelson.core.policy.Autonomy;
import dev.keelson.core.policy.AutoscalingPolicy;
import dev.keelson.core.policy.ForecastPolicy;
import dev.keelson.core.policy.Policies;
import dev.keelson.core.policy.RecoveryPolicy;
import dev.keelson.core.policy.SpotPolicy;
import dev.keelson.simulator.trace.Fleet;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The control loop and the planner that run in production, with the simulated fleet behind their
 * ports. It ticks as the fleet file says (production: at most every 0.4 s).
 */
final class ProductionScaler implements Scaler {
    static final DeploymentId DEPLOYMENT = new DeploymentId("model");

    private final Fleet fleet;
    private final AutoscalingPolicy autoscaling;
    private final ForecastPolicy forecasting;
    private final AcceleratorPolicy accelerators;
    private final boolean isForecasting;
    private final Policies policies;
    private final EngineSpec engine;
    private final Deployment deployment;
    private final ControlLoop loop;
    private final Telemetry<DemandReadings> telemetry;
    private final NodeAgents agents = new NodeAgents();
    private DemandReadings demand = DemandReadings.UNKNOWN;
    private Gateway.Counters before = Gateway.Counters.NONE;
    private double beforeSeconds;
    private PlannerMemory memory = PlannerMemory.EMPTY;
    private @Nullable FleetWorld world;
    private long decisions;

    /** Reactive: nothing is forecast. */
    ProductionScaler(
            Fleet fleet, AutoscalingPolicy autoscaling, Telemetry<DemandReadings> telemetry) {
        this(
                fleet,
                autoscaling,
                ForecastPolicy.defaults(DEPLOYMENT),
                AcceleratorPolicy.any(DEPLOYMENT),
                ForecastSource.NONE,
                telemetry);
    }

    ProductionScaler(
            Fleet fleet,
            AutoscalingPolicy autoscaling,
            ForecastPolicy forecasting,
            AcceleratorPolicy accelerators,
            ForecastSource forecasts,
            Telemetry<DemandReadings> telemetry) {
        this.fleet = fleet;
        this.telemetry = telemetry;
        this.autoscaling = autoscaling;
        this.forecasting = forecasting;
        this.accelerators = accelerators;
        isForecasting = !forecasts.equals(ForecastSource.NONE);
        engine = new EngineSpec("simulated", fleet.model(), fleet.model(), new TreeMap<>());
        deployment =
                new Deployment(
                        DEPLOYMENT,
                        engine,
                        fleet.slo(),
                        fleet.minReplicas(),
                        fleet.maxReplicas(),
                        1_000 * fleet.gpusPerReplica(),
                        fleet.maxSequences(),
                        fleet.engine().kvTokens());
        policies = policies();
        loop =
                new ControlLoop(
                        this::observe,
                        forecasts,
                        () -> policies,
                        new Memory(),
                        (state, past, expected, policy, plan) ->
                                decisions += plan.decisions().size(),
                        this::apply);
    }

    /** The default forecast scaling of a deployment here. */
    static ForecastPolicy forecastDefaults() {
        return ForecastPolicy.defaults(DEPLOYMENT);
    }

    /** The default policy of a deployment here. */
    static AutoscalingPolicy defaults() {
        return AutoscalingPolicy.defaults(DEPLOYMENT);
    }

    private Policies policies() {
        var autonomy = new TreeMap<ActionClass, Autonomy>();
        for (ActionClass each : ActionClass.values()) {
            autonomy.put(each, Autonomy.AUTO);
        }
        int nodes = fleet.nodes().stream().mapToInt(Fleet.NodeGroup::count).sum();
        var usual = RecoveryPolicy.DEFAULTS;
        var longest = fleet.coldStart().longest().multipliedBy(3);
        var recovery =
                new RecoveryPolicy(
                        usual.nodeSilence(),
                        usual.closedSilence(),
                        longest.compareTo(usual.startTimeout()) > 0
                                ? longest
                                : usual.startTimeout(),
                        usual.startBackoff(),
                        usual.maxStartFailures(),
                        usual.breakerShare(),
                        usual.rolloutMargin());
        return new Policies(
                "0".repeat(64),
                new TreeMap<>(Collections.singletonMap(DEPLOYMENT, autoscaling)),
                new TreeMap<>(Collections.singletonMap(DEPLOYMENT, forecasting)),
                new TreeMap<>(Collections.singletonMap(DEPLOYMENT, accelerators)),
                recovery,
                SpotPolicy.DEFAULTS,
                autonomy,
                nodes,
                nodes);
    }

    private final class Memory implements dev.keelson.core.control.PlannerMemoryStore {
        @Override
        public PlannerMemory load() {
            return memory;
        }

        @Override
        public void save(PlannerMemory next) {
            memory = next;
        }
    }

    @Override
    public SortedMap<String, String> parameters() {
        var p = new TreeMap<String, String>();
        p.put("targetUtilization", Double.toString(autoscaling.targetUtilization()));
        p.put("targetKvUse", Double.toString(autoscaling.targetKvUse()));
        p.put("scaleOutHold", autoscaling.scaleOutHold().toSeconds() + "s");
        p.put("scaleInHold", autoscaling.scaleInHold().toSeconds() + "s");
        p.put("scaleInStarts", Integer.toString(autoscaling.scaleInStarts()));
        p.put("fullSlowdown", Double.toString(autoscaling.fullSlowdown()));
        p.put("tolerance", Double.toString(autoscaling.tolerance()));
        p.put("maxStep", Integer.toString(autoscaling.maxStep()));
        p.put("maxInputAge", autoscaling.maxInputAge().toSeconds() + "s");
        p.put("tick", fleet.tick().toMillis() + "ms");
        accelerators
                .kinds()
                .forEach((name, kind) ->
                        p.put(
                                "kind " + name,
                                String.format(
                                        Locale.ROOT,
                                        "%.2f/h, %.0f prompt or %.0f output tokens/s",
                                        kind.pricePerGpuHour(),
                                        kind.prefillTokensPerSecond(),
                                        kind.decodeTokensPerSecond())));
        if (isForecasting) {
            p.put("missPrice", Double.toString(forecasting.missPrice()));
            p.put("leadQuantile", Double.toString(forecasting.leadQuantile()));
            p.put("shrinkHold", forecasting.shrinkHold().toSeconds() + "s");
            p.put("floorUtilization", Double.toString(forecasting.floorUtilization()));
            p.put("minLanded", Integer.toString(forecasting.minLanded()));
        }
        return p;
    }

    @Override
    public OptionalInt initial() {
        return OptionalInt.empty();
    }

    @Override
    public void tick(FleetWorld now) {
        world = now;
        agents.watch(now);
        loop.tick();
    }

    private FleetWorld world() {
        if (world == null) {
            throw new IllegalStateException("The loop is ticked by the world.");
        }
        return world;
    }

    private static Instant at(double seconds) {
        return Instant.EPOCH.plusNanos(Math.round(seconds * 1e9));
    }

    private FleetState observe() {
        var now = at(world().now());
        var nodes = new TreeMap<NodeId, Node>();
        world().nodes().forEach(n -> nodes.put(n.id, node(n)));
        var replicas = new TreeMap<ReplicaId, Replica>();
        world().replicas().forEach(r -> replicas.put(r.id, replica(r)));
        var measured = measured(now);
        // What does not arrive leaves the older reading, with its age.
        var arrived = telemetry.pass(world().now(), measured);
        demand = arrived == null ? demand : arrived;
        var state =
                new DeploymentState(
                        deployment, List.of(new Revision(DEPLOYMENT, 1, engine)), demand);
        return new FleetState(
                now,
                1,
                new ControlHealth(Instant.EPOCH, Duration.ofSeconds(1), now),
                nodes,
                new TreeMap<>(Collections.singletonMap(DEPLOYMENT, state)),
                replicas,
                List.of(),
                List.of());
    }

    /**
     * What stands now, and what the time since the last tick showed; its rates are null at first.
     */
    private DemandReadings measured(Instant now) {
        var last = before;
        var counted = world().counters();
        double seconds = world().now() - beforeSeconds;
        before = counted;
        beforeSeconds = world().now();
        return new DemandReadings(
                new Reading(world().inFlight(), now),
                new Reading(world().queued(), now),
                rate(counted.arrivals() - last.arrivals(), seconds, now),
                rate(counted.completedOutputTokens() - last.completedOutputTokens(), seconds, now),
                null,
                rate(counted.arrivedPromptTokens() - last.arrivedPromptTokens(), seconds, now),
                rate(counted.completions() - last.completions(), seconds, now),
                rate(counted.misses() - last.misses(), seconds, now));
    }

    private static @Nullable Reading rate(long count, double seconds, Instant now) {
        return seconds > 0 ? new Reading(count / seconds, now) : null;
    }

    private Node node(SimNode n) {
        var notice =
                Double.isNaN(n.noticeSeconds)
                        ? null
                        : new Notice("terminate", at(n.noticeSeconds), at(n.noticeDeadlineSeconds));
        return new Node(
                n.id,
                new FaultDomain(n.group.region(), n.group.zone(), n.id.value()),
                n.group.capacity(),
                NodeState.READY,
                n.cordoned,
                Collections.nCopies(
                        n.group.gpus(), new Accelerator(fleet.engineOf(n.group).accelerator(), 0)),
                1_000 * n.group.gpus(),
                at(n.lastHeardSeconds),
                n.up,
                false,
                notice);
    }

    private Replica replica(SimReplica r) {
        var load = r.engine.load(world().now());
        double kv = Math.min(1, load.kvUsedTokens() / fleet.engineOf(r.node.group).kvTokens());
        boolean ready = r.state == ReplicaState.READY;
        return new Replica(
                r.id,
                DEPLOYMENT,
                1,
                r.node.id,
                r.state,
                1_000 * fleet.gpusPerReplica(),
                at(r.decidedSeconds),
                at(r.changedSeconds),
                null,
                null,
                at(r.decidedSeconds),
                startup(r),
                ready && !r.lost ? Duration.ZERO : null,
                new EngineLoad(
                        (double) load.running(),
                        (double) load.waiting(),
                        kv,
                        (double) load.generatedTokens()),
                switch (r.state) {
                    case DRAINING, STOPPED -> "told to";
                    case FAILED -> r.failure;
                    case PENDING, STARTING, READY -> null;
                });
    }

    /** Null of those that the study began with: they were never started. */
    private static @Nullable Duration startup(SimReplica r) {
        return r.state == ReplicaState.READY && r.readySeconds > r.decidedSeconds
                ? Duration.between(at(r.decidedSeconds), at(r.readySeconds))
                : null;
    }

    private void apply(Plan plan) {
        plan.incidents().forEach(this::note);
        plan.actions().forEach(this::apply);
    }

    /** Whom the planner takes for broken. */
    private void note(IncidentChange change) {
        if (!(change instanceof IncidentChange.Opened opened)) {
            return;
        }
        double now = world().now();
        switch (opened.kind()) {
            case "node-lost", "spot-notice" ->
                    world().ledger().accuse(world().node(opened.target()), now);
            case "engine-lost", "engine-hung" ->
                    known(new ReplicaId(opened.target()), r -> world().ledger().accuse(r, now));
            default -> {
                // About a revision or the fleet: a failed start is told by the stop below.
            }
        }
    }

    private void apply(Action action) {
        switch (action) {
            case Action.Scale scale -> world().scaled(scale.from(), scale.to());
            case Action.StartReplica start -> world().start(start.target(), node(start.node()));
            case Action.DrainReplica drain ->
                    known(drain.target(), r -> world().drain(r, drain.within().toNanos() / 1e9));
            case Action.StopReplica stop -> known(stop.target(), this::stop);
            case Action.CordonNode cordon -> node(cordon.target()).cordoned = true;
            case Action.UncordonNode uncordon -> node(uncordon.target()).cordoned = false;
            case Action.AcquireNode acquire -> {
                // The fleet file's nodes are all there are: minNodes = maxNodes.
            }
            case Action.ReleaseNode release -> {
                // The same: the planner releases nothing below minNodes.
            }
            case Action.PromoteRevision promote -> {
                // One revision only.
            }
            case Action.RevertRevision revert -> {
                // One revision only.
            }
        }
    }

    private void stop(SimReplica r) {
        var limit = policies.recovery().startTimeout();
        if (r.state == ReplicaState.STARTING
                && !at(r.decidedSeconds).plus(limit).isAfter(at(world().now()))) {
            world().ledger().accuse(r, world().now());
        }
        world().stop(r);
    }

    private void known(ReplicaId id, java.util.function.Consumer<SimReplica> then) {
        world().replicas().stream().filter(r -> r.id.equals(id)).findFirst().ifPresent(then);
    }

    private SimNode node(NodeId id) {
        return world().nodes().stream()
                .filter(n -> n.id.equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("There is no node " + id + "."));
    }
}
