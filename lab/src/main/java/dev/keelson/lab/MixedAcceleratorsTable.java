package dev.keelson.lab;

import dev.keelson.simulator.baseline.PolicyChoice;
import dev.keelson.simulator.engine.profile.CsvTable;
import dev.keelson.simulator.trace.FleetFile;
import dev.keelson.simulator.trace.Trace;
import dev.keelson.simulator.trace.TraceChoice;
import dev.keelson.simulator.trace.TraceFile;
import dev.keelson.simulator.trace.TraceRequest;
import dev.keelson.simulator.world.FleetStudy;
import dev.keelson.simulator.world.RunResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a fleet costs at 99 % SLO attainment on one kind of accelerator, on two without telling them
 * apart, and on two by cost per goodput: the production planner at several settings of its target,
 * the cost read from that curve.
 */
final class MixedAcceleratorsTable {
    private static final long SEED = 1;
    private static final double SCALE = 12;
    private static final List<String> TARGETS = List.of("0.4", "0.5", "0.6", "0.7", "0.8", "0.9");

    /** A row: a fleet, and how the planner looks at its accelerators. */
    private record Way(String name, String fleet, String policy) {}

    private static final List<Way> WAYS =
            List.of(
                    new Way("only A100", "a100", "reactive"),
                    new Way("only H100", "h100", "reactive"),
                    new Way("both, all alike", "a100-h100", "reactive"),
                    new Way("both, by cost per goodput", "a100-h100", "reactive:kinds=1"));

    private final Path datasets;
    private final PrintWriter out;

    MixedAcceleratorsTable(Path datasets, PrintWriter out) {
        this.datasets = datasets;
        this.out = out;
    }

    void print() {
        Trace azure =
                TraceFile.read(
                        datasets.resolve("azure-llm-2023/AzureLLMInferenceTrace_conv.csv.gz"),
                        new TraceChoice(SCALE, 1, null, 0, 0, null, SEED));
        print("Azure's lengths", azure);
        print("ShareGPT's lengths", withLengths("ShareGPT's lengths", azure, 0));
        print(
                "Azure's, then ShareGPT's",
                withLengths("Azure's, then ShareGPT's", azure, azure.seconds() / 2));
    }

    /**
     * The same arrivals; from a time on with the lengths of ShareGPT's requests, in their order.
     */
    private Trace withLengths(String name, Trace arrivals, double from) {
        var lengths = lengths();
        var requests = new ArrayList<TraceRequest>();
        int next = 0;
        for (TraceRequest request : arrivals) {
            requests.add(
                    request.seconds() < from
                            ? request
                            : new TraceRequest(
                                    request.seconds(),
                                    lengths.get(next % lengths.size())[0],
                                    lengths.get(next++ % lengths.size())[1]));
        }
        return new Trace(name, requests, arrivals.seconds());
    }

    private List<int[]> lengths() {
        var file =
                datasets.resolve(
                        "etalon-traces/sharegpt_8k_filtered_stats_llama2_tokenizer.csv.gz");
        try {
            return CsvTable.read(file, List.of("num_prefill_tokens", "num_decode_tokens"))
                    .rows()
                    .stream()
                    .map(row ->
                            new int[] {
                                row.whole("num_prefill_tokens", 1),
                                row.whole("num_decode_tokens", 1)
                            })
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void print(String name, Trace trace) {
        out.printf(
                Locale.ROOT,
                "**%s** (%,d requests in %.1f h, %.0f prompt and %.0f output tokens on average)%n%n",
                name,
                trace.count(),
                trace.seconds() / 3_600,
                trace.meanPromptTokens(),
                trace.meanOutputTokens());
        out.println("| accelerators | cost at 99 % | GPU-h at 99 % | target: cost, GPU-h, SLO % |");
        out.println("|---|---|---|---|");
        for (Way way : WAYS) {
            var fleet = FleetFile.read(datasets.resolve("fleets/" + way.fleet + ".yaml"));
            var study = new FleetStudy(fleet, trace, SEED);
            var points = new ArrayList<RunResult>();
            for (String target : TARGETS) {
                points.add(study.play(PolicyChoice.parse(option(way.policy, target))));
            }
            row(way.name, points);
        }
        out.println();
        out.flush();
    }

    private static String option(String policy, String target) {
        return policy + ":target=" + target;
    }

    private void row(String name, List<RunResult> points) {
        var curve = new StringBuilder();
        for (int i = 0; i < points.size(); i++) {
            curve.append(
                    String.format(
                            Locale.ROOT,
                            " %s: %.1f, %.1f, %.2f;",
                            TARGETS.get(i),
                            points.get(i).cost(),
                            points.get(i).gpuHours(),
                            100 * points.get(i).sloAttainment()));
        }
        out.printf(
                Locale.ROOT,
                "| %s | %s | %s |%s |%n",
                name,
                number(ForecastScalingTable.read(points, RunResult::cost)),
                number(ForecastScalingTable.read(points)),
                curve);
        out.flush();
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%.2f", value);
    }
}
