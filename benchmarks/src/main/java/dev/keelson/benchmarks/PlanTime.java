package dev.keelson.benchmarks;

import dev.keelson.core.plan.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * {@code keelson bench plan-time}: the time of one planning step of a fleet of 1,000 nodes, 8,000
 * accelerators and 200 deployments.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class PlanTime {
    /** What has happened to the fleet. */
    public enum Scene {
        STEADY,
        SURGE,
        ZONE_LOST,
        STEADY_BY_FORECASTS,
        SURGE_BY_FORECASTS
    }

    @Param({"STEADY", "SURGE", "ZONE_LOST", "STEADY_BY_FORECASTS", "SURGE_BY_FORECASTS"})
    public Scene scene = Scene.STEADY;

    @SuppressWarnings("NullAway.Init")
    private LargeFleet fleet;

    /** Brings the fleet into the scene. */
    @Setup
    public void prepare() {
        fleet = in(scene);
    }

    /** One step. */
    @Benchmark
    public Plan plan() {
        return fleet.plan();
    }

    private static LargeFleet in(Scene scene) {
        return switch (scene) {
            case STEADY -> LargeFleet.steady();
            case SURGE -> LargeFleet.steady().surge();
            case ZONE_LOST -> LargeFleet.steady().zoneLost();
            case STEADY_BY_FORECASTS -> LargeFleet.steadyByForecasts();
            case SURGE_BY_FORECASTS -> LargeFleet.steadyByForecasts().forecastSurge();
        };
    }

    /**
     * Prints one Markdown row a scene, first as the control plane runs and then with the first
     * compiler only.
     *
     * @param flags of the control plane's JVM
     */
    public static void main(String[] flags) throws RunnerException {
        System.out.println(
                "| compilers | fleet | accelerators in use | actions | plans | p50 ms | p99 ms | most ms |");
        System.out.println("|---|---|---|---|---|---|---|---|");
        measure("C1 and C2", List.of(flags));
        var first = new ArrayList<>(List.of(flags));
        first.add("-XX:TieredStopAtLevel=1");
        measure("C1", first);
    }

    private static void measure(String compilers, List<String> flags) throws RunnerException {
        var options =
                new OptionsBuilder()
                        .include(PlanTime.class.getName() + ".plan")
                        .forks(1)
                        .warmupIterations(2)
                        .warmupTime(TimeValue.seconds(3))
                        .measurementIterations(3)
                        .measurementTime(TimeValue.seconds(3))
                        .jvmArgs(flags.toArray(String[]::new))
                        .verbosity(VerboseMode.SILENT)
                        .build();
        for (var result : new Runner(options).run()) {
            var times = result.getPrimaryResult().getStatistics();
            var scene = Scene.valueOf(result.getParams().getParam("scene"));
            var fleet = in(scene);
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %s | %d | %d | %d | %.1f | %.1f | %.1f |%n",
                    compilers,
                    scene.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                    fleet.thousandthsInUse() / 1_000,
                    fleet.plan().actions().size(),
                    times.getN(),
                    times.getPercentile(50),
                    times.getPercentile(99),
                    times.getMax());
        }
    }
}
