package dev.keelson.lab;

import dev.keelson.simulator.baseline.PolicyChoice;
import dev.keelson.simulator.trace.DemandHistory;
import dev.keelson.simulator.trace.FleetFile;
import dev.keelson.simulator.trace.Trace;
import dev.keelson.simulator.trace.TraceChoice;
import dev.keelson.simulator.trace.TraceFile;
import dev.keelson.simulator.world.FleetStudy;
import dev.keelson.simulator.world.RunResult;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The policy table of docs/benchmarks.md: traces × accelerators × policies, in Markdown. The demand
 * of each trace is scaled by accelerator, so that the busiest minute needs several replicas.
 */
final class PolicyTable {
    private static final long SEED = 1;
    private static final double MINUTE = 60;

    /** One trace; the scales are those of {@link #FLEETS}. */
    private record Demand(
            String name,
            String file,
            @Nullable String series,
            int from,
            int to,
            List<Double> scales) {}

    private static final List<String> FLEETS = List.of("rtx-4090", "a100", "h100");
    private static final String AZURE = "azure-llm-2023/AzureLLMInferenceTrace_conv.csv.gz";
    private static final List<Demand> DEMANDS =
            List.of(
                    new Demand("azure", AZURE, null, 0, 0, List.of(1.0, 1.0, 1.0)),
                    new Demand("azure-busy", AZURE, null, 0, 0, List.of(8.0, 8.0, 24.0)),
                    new Demand(
                            "servegen",
                            "servegen/servegen_10min_rate_by_model.csv",
                            "m-small",
                            8,
                            9,
                            List.of(0.005, 0.0075, 0.015)),
                    new Demand(
                            "burstgpt",
                            "burstgpt/burstgpt1_hourly_requests_days_0_46.csv",
                            "conversation",
                            35,
                            46,
                            List.of(60.0, 100.0, 300.0)));

    private final Path datasets;
    private final PrintWriter out;

    PolicyTable(Path datasets, PrintWriter out) {
        this.datasets = datasets;
        this.out = out;
    }

    static List<String> demands() {
        return DEMANDS.stream().map(Demand::name).toList();
    }

    static List<String> fleets() {
        return FLEETS;
    }

    /** All but the planner with forecasts, which has a study of its own. */
    static List<String> policies() {
        return FleetStudy.policies().stream()
                .filter(name -> !name.equals(FleetStudy.FORECAST))
                .toList();
    }

    /**
     * @param demands of {@link #demands()}
     * @param fleets of {@link #fleets()}
     * @param policies as in {@code --policy}
     */
    void print(List<String> demands, List<String> fleets, List<String> policies) {
        for (Demand demand : DEMANDS) {
            for (String fleet : FLEETS) {
                if (demands.contains(demand.name()) && fleets.contains(fleet)) {
                    print(demand, fleet, policies);
                }
            }
        }
    }

    private void print(Demand demand, String fleetName, List<String> policies) {
        var fleet = FleetFile.read(datasets.resolve("fleets").resolve(fleetName + ".yaml"));
        var trace = trace(demand, FLEETS.indexOf(fleetName));
        var study = study(demand.name(), fleetName);
        out.printf(
                Locale.ROOT,
                "**%s × %s on %s** (%,d requests in %.0f h; one replica serves %.2f/s; the busiest minute needs %.1f replicas, the mean %.1f)%n%n",
                demand.name(),
                plain(scale(demand, FLEETS.indexOf(fleetName))),
                fleetName,
                trace.count(),
                trace.seconds() / 3_600,
                study.capacity().requestsPerSecond(),
                study.capacity().demand(fleet, trace, MINUTE).stream()
                        .mapToDouble(d -> d)
                        .max()
                        .orElse(0),
                study.capacity().demand(fleet, trace, MINUTE).stream()
                        .mapToDouble(d -> d)
                        .average()
                        .orElse(0));
        out.println(
                "| policy | GPU-h | cost | SLO % | TTFT P99 s | TPOT P99 ms | refused | failed | actions | turns |");
        out.println("|---|---|---|---|---|---|---|---|---|---|");
        out.flush();
        for (RunResult row :
                study.run(policies.stream().map(PolicyChoice::parse).toList(), 1, row -> {})) {
            out.println(line(row));
        }
        out.println();
        out.flush();
    }

    /** The study of a demand on a fleet; its forecaster has seen the days before the trace. */
    FleetStudy study(String demandName, String fleetName) {
        var demand =
                DEMANDS.stream().filter(d -> d.name().equals(demandName)).findFirst().orElseThrow();
        int index = FLEETS.indexOf(fleetName);
        return new FleetStudy(
                FleetFile.read(datasets.resolve("fleets").resolve(fleetName + ".yaml")),
                trace(demand, index),
                SEED,
                new StudyForecasting(
                        DemandHistory.before(
                                datasets.resolve(demand.file()), choice(demand, index))));
    }

    private static double scale(Demand demand, int fleet) {
        return demand.scales().get(fleet);
    }

    private Trace trace(Demand demand, int fleet) {
        return TraceFile.read(datasets.resolve(demand.file()), choice(demand, fleet));
    }

    private TraceChoice choice(Demand demand, int fleet) {
        return new TraceChoice(
                scale(demand, fleet),
                1,
                demand.series(),
                demand.from(),
                demand.to(),
                datasets.resolve(AZURE),
                SEED);
    }

    static String line(RunResult r) {
        var cells = new ArrayList<String>();
        cells.add(r.policy().equals(FleetStudy.PRODUCTION) ? "**" + r.policy() + "**" : r.policy());
        cells.add(String.format(Locale.ROOT, "%.2f", r.gpuHours()));
        cells.add(String.format(Locale.ROOT, "%.2f", r.cost()));
        cells.add(String.format(Locale.ROOT, "%.2f", 100 * r.sloAttainment()));
        cells.add(number("%.3f", r.ttftSecondsP99()));
        cells.add(number("%.0f", 1_000 * r.tpotSecondsP99()));
        cells.add(Long.toString(r.refused()));
        cells.add(Long.toString(r.failed()));
        cells.add(Integer.toString(r.actions()));
        cells.add(Integer.toString(r.directionChanges()));
        return "| " + String.join(" | ", cells) + " |";
    }

    private static String number(String format, double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, format, value);
    }

    private static String plain(double scale) {
        return scale == Math.rint(scale) ? Objects.toString((long) scale) : Objects.toString(scale);
    }
}
