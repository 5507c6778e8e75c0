package dev.keelson.simulator.world;

import dev.keelson.core.control.ForecastSource;
import dev.keelson.core.policy.AcceleratorPolicy;
import dev.keelson.core.policy.AutoscalingPolicy;
import dev.keelson.core.policy.ForecastPolicy;
import dev.keelson.simulator.baseline.Baselines;
import dev.keelson.simulator.baseline.PolicyChoice;
import dev.keelson.simulator.trace.Fleet;
import dev.keelson.simulator.trace.Trace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** Plays one trace on one fleet under each of several policies; rows do not see each other. */
public final class FleetStudy {
    /** The planner that runs in production. */
    public static final String PRODUCTION = "reactive";

    /** The same planner, given forecasts. */
    public static final String FORECAST = "forecast";

    private static final String ORACLE = "oracle";
    private static final double ORACLE_INTERVAL_SECONDS = 10;
    private static final int FIRST_MINUTES = 5;
    private static final double ORACLE_ATTAINMENT = 0.99;
    private static final List<Double> ORACLE_HEADROOMS =
            List.of(0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.35, 1.5);

    private final Fleet fleet;
    private final Trace trace;
    private final long seed;
    private final Capacity capacity;
    private final Baselines.Sizing sizing;
    private final int initial;
    private final Forecasting forecasting;
    private final SortedMap<String, AcceleratorPolicy.Kind> kinds = new TreeMap<>();

    public FleetStudy(Fleet fleet, Trace trace, long seed) {
        this(fleet, trace, seed, Forecasting.NONE);
    }

    public FleetStudy(Fleet fleet, Trace trace, long seed, Forecasting forecasting) {
        this.forecasting = forecasting;
        this.fleet = fleet.forPrefixesOf(trace);
        this.trace = trace;
        this.seed = seed;
        capacity = Capacity.of(fleet, trace, seed);
        sizing =
                new Baselines.Sizing(
                        capacity.requestsPerSecond(),
                        Capacity.usableKvTokens(fleet, trace),
                        capacity.demand(fleet, trace, 60),
                        capacity.demand(fleet, trace, ORACLE_INTERVAL_SECONDS),
                        ORACLE_INTERVAL_SECONDS);
        initial = initial();
    }

    private int initial() {
        var given = fleet.initialReplicas();
        if (given != null) {
            return given;
        }
        double need =
                sizing.demandByMinute().stream()
                        .limit(FIRST_MINUTES)
                        .mapToDouble(d -> d)
                        .average()
                        .orElse(1);
        return Math.max(
                Math.max(1, fleet.minReplicas()),
                Math.min(fleet.maxReplicas(), (int) Math.ceil(need)));
    }

    /** Every policy name, in the order of the documentation. */
    public static List<String> policies() {
        var names = new ArrayList<>(Baselines.NAMES);
        names.addAll(names.indexOf(ORACLE), List.of(PRODUCTION, FORECAST));
        return List.copyOf(names);
    }

    public Capacity capacity() {
        return capacity;
    }

    /** One row; {@code oracle} without options is played at the headroom that serves 99 %. */
    public RunResult play(PolicyChoice choice) {
        scaler(choice);
        choice.noMoreOptions();
        return choice.text().equals(ORACLE)
                ? bestOracle()
                : world(choice).run(choice.text(), initial);
    }

    /**
     * One row a policy, in the order asked for, and the oracle's at the end where it was not asked
     * for.
     *
     * @param threads rows played at once; the results are the same for any number
     * @param done hears of each finished row, in any order, on any thread
     */
    public List<RunResult> run(List<PolicyChoice> choices, int threads, Consumer<RunResult> done) {
        var all = new ArrayList<>(choices);
        if (all.stream().noneMatch(c -> c.name().equals(ORACLE))) {
            all.add(PolicyChoice.parse(ORACLE));
        }
        // Every scaler before the first row: a wrong name leaves no partial table.
        for (PolicyChoice choice : all) {
            scaler(choice);
            choice.noMoreOptions();
        }
        var tasks = new ArrayList<Callable<RunResult>>();
        for (PolicyChoice choice : all) {
            // A world is made when its row is played and is garbage after it.
            tasks.add(() -> play(choice));
        }
        try (var pool = Executors.newFixedThreadPool(Math.max(1, threads))) {
            var rows = new ArrayList<Future<RunResult>>();
            for (var task : tasks) {
                rows.add(
                        pool.submit(() -> {
                            var row = task.call();
                            done.accept(row);
                            return row;
                        }));
            }
            var results = new ArrayList<RunResult>();
            for (var row : rows) {
                results.add(row.get());
            }
            return results;
        } catch (ExecutionException e) {
            throw new IllegalStateException("A row could not be played.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("The study was interrupted.", e);
        }
    }

    /**
     * The cheapest of several plans that serves the wanted share within the SLO: who knows the
     * trace may also try. Where none does, the one with the most headroom. Share and cost grow with
     * the headroom, so that halving the range finds it.
     */
    private RunResult bestOracle() {
        RunResult best = null;
        int low = 0;
        int high = ORACLE_HEADROOMS.size() - 1;
        while (true) {
            int middle = (low + high) / 2;
            var choice = PolicyChoice.parse(ORACLE + ":headroom=" + ORACLE_HEADROOMS.get(middle));
            var row = world(choice).run(ORACLE, initial);
            if (row.sloAttainment() >= ORACLE_ATTAINMENT) {
                best = row;
                high = middle - 1;
            } else {
                low = middle + 1;
            }
            if (low > high) {
                return best == null ? row : best;
            }
        }
    }

    private FleetWorld world(PolicyChoice choice) {
        return new FleetWorld(
                fleet, trace, scaler(choice), group -> ReplicaModel.of(fleet, group), seed);
    }

    private Scaler scaler(PolicyChoice choice) {
        return switch (choice.name()) {
            case PRODUCTION ->
                    new ProductionScaler(
                            fleet,
                            autoscaling(choice),
                            ProductionScaler.forecastDefaults(),
                            accelerators(choice),
                            ForecastSource.NONE,
                            new Telemetry<>(fleet, seed));
            case FORECAST ->
                    new ProductionScaler(
                            fleet,
                            autoscaling(choice),
                            forecasting(choice),
                            accelerators(choice),
                            forecasting.source(start()),
                            new Telemetry<>(fleet, seed));
            default ->
                    new CountScaler(
                            Baselines.create(choice, fleet, sizing),
                            new Telemetry<>(fleet, seed),
                            choice.option("spot", 0, 0, 1) > 0 ? new SpotHedge(fleet) : null);
        };
    }

    private Forecasting.Start start() {
        return new Forecasting.Start(
                ProductionScaler.DEPLOYMENT,
                capacity.ofReplica(fleet, trace),
                fleet.coldStart().longest());
    }

    /** With {@code kinds=1} what each kind of accelerator costs and does; else all are alike. */
    private AcceleratorPolicy accelerators(PolicyChoice choice) {
        return new AcceleratorPolicy(
                ProductionScaler.DEPLOYMENT,
                choice.option("kinds", 0, 0, 1) > 0 ? kinds() : new TreeMap<>());
    }

    /** The kinds of the fleet's accelerators, a replica's work on each found by bisection, once. */
    private synchronized SortedMap<String, AcceleratorPolicy.Kind> kinds() {
        if (kinds.isEmpty()) {
            fleet.kinds()
                    .forEach((name, group) -> {
                        var only = fleet.onlyOf(group);
                        var replica = Capacity.of(only, trace, seed).ofReplica(only, trace);
                        kinds.put(
                                name,
                                new AcceleratorPolicy.Kind(
                                        group.pricePerGpuHour(),
                                        replica.prefillTokensPerSecond(),
                                        replica.decodeTokensPerSecond()));
                    });
        }
        return kinds;
    }

    private static ForecastPolicy forecasting(PolicyChoice choice) {
        var usual = ProductionScaler.forecastDefaults();
        return new ForecastPolicy(
                usual.deployment(),
                choice.option("price", usual.missPrice(), 0.01, 1e6),
                choice.option("leadQuantile", usual.leadQuantile(), 0.01, 1),
                seconds(choice.option("hold", usual.shrinkHold().toMillis() / 1e3, 0, 86_400)),
                choice.option("floor", usual.floorUtilization(), 0.01, 1),
                usual.minLanded(),
                usual.maxAge());
    }

    /** The production policy with the options of the choice. */
    static AutoscalingPolicy autoscaling(PolicyChoice choice) {
        var usual = ProductionScaler.defaults();
        return new AutoscalingPolicy(
                usual.deployment(),
                choice.option("target", usual.targetUtilization(), 0.01, 4),
                choice.option("kv", usual.targetKvUse(), 0.01, 1),
                seconds(choice.option("outHold", usual.scaleOutHold().toMillis() / 1e3, 0, 86_400)),
                seconds(choice.option("inHold", usual.scaleInHold().toMillis() / 1e3, 0, 86_400)),
                (int) choice.option("inStarts", usual.scaleInStarts(), 0, 1_000),
                choice.option("slowdown", usual.fullSlowdown(), 1, 100),
                usual.tolerance(),
                (int) choice.option("maxStep", usual.maxStep(), 1, 1_000),
                usual.maxInputAge());
    }

    private static Duration seconds(double seconds) {
        return Duration.ofMillis(Math.round(seconds * 1_000));
    }
}
