package dev.keelson.lab;

import dev.keelson.simulator.scaling.HpaRule;
import dev.keelson.simulator.scaling.ScalingProblem;
import dev.keelson.simulator.scaling.TargetRule;
import dev.keelson.simulator.trace.DemandSeries;
import dev.keelson.simulator.trace.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code keelson sim autoscaling-harness}: four public demand series, lead 1 and 3, the forecast
 * rule against HPA and against who knows the future.
 */
@Command(
        name = "autoscaling-harness",
        description =
                "Scales four demand series by forecast and by HPA: cost, shortfall, ratio to the oracle.",
        mixinStandardHelpOptions = true)
final class AutoscalingHarnessCommand implements Callable<Integer> {
    private static final double HPA_TARGET = 0.7;

    private static final List<Double> CURVE = List.of(5.0, 10.0, 20.0);
    private static final List<Double> HPA_CURVE = List.of(0.5, 0.6, 0.8, 0.9);

    private record Source(String name, String file, int day) {}

    private static final List<Source> SOURCES =
            List.of(
                    new Source("NYC taxi", "nyc_taxi.csv.gz", 48),
                    new Source("ELB requests", "elb_request_count_8c0756.csv.gz", 288),
                    new Source("Twitter AMZN", "Twitter_volume_AMZN.csv.gz", 288),
                    new Source("Twitter GOOG", "Twitter_volume_GOOG.csv.gz", 288));

    @Mixin private final Console console = new Console();

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "folder of the four series; default datasets/nab")
    private @Nullable Path data;

    @Option(names = "--no-curve", description = "only the table, without the price curves")
    private boolean noCurve;

    @Override
    public Integer call() {
        try {
            var problems = problems();
            var rows = new ArrayList<Row>();
            console.out()
                    .println(
                            "| series | L | oracle's cost | HPA: ratio, unserved | forecast: ratio, unserved | forecast ÷ HPA |");
            console.out().println("|---|---|---|---|---|---|");
            for (var problem : problems) {
                var row = row(problem);
                rows.add(row);
                print(row);
            }
            summary(rows);
            if (!noCurve) {
                rows.forEach(this::curve);
            }
            return 0;
        } catch (InputException e) {
            return console.failed(e);
        }
    }

    private record Problem(ScalingProblem problem, int day) {}

    private record Row(
            Problem of, double oracle, ScalingProblem.Score hpa, ScalingProblem.Score forecast) {
        double ratio() {
            return forecast.cost() / hpa.cost();
        }
    }

    private List<Problem> problems() {
        var folder = data != null ? data : defaultFolder();
        var problems = new ArrayList<Problem>();
        for (var source : SOURCES) {
            var series = DemandSeries.read(source.name(), folder.resolve(source.file()));
            for (int lead : new int[] {1, 3}) {
                problems.add(new Problem(ScalingProblem.of(series, lead), source.day()));
            }
        }
        return problems;
    }

    private static Path defaultFolder() {
        return Path.of(System.getProperty("keelson.home", "."), "datasets", "nab");
    }

    private static Row row(Problem of) {
        return new Row(
                of,
                of.problem().clairvoyantCost(),
                TargetRule.play(of.problem(), new HpaRule(HPA_TARGET)).score(),
                forecast(of, ScalingProblem.SHORTFALL));
    }

    private static ScalingProblem.Score forecast(Problem of, double price) {
        var rule = new ForecastRule(of.problem().lead(), of.day(), price);
        return TargetRule.play(of.problem(), rule).score();
    }

    private void print(Row row) {
        console.out()
                .printf(
                        Locale.ROOT,
                        "| %s | %d | %.0f | %.3f, %.2f %% | %.3f, %.2f %% | %.3f |%n",
                        row.of().problem().name(),
                        row.of().problem().lead(),
                        row.oracle(),
                        row.hpa().cost() / row.oracle(),
                        100 * row.hpa().unservedShare(),
                        row.forecast().cost() / row.oracle(),
                        100 * row.forecast().unservedShare(),
                        row.ratio());
        console.out().flush();
    }

    private void summary(List<Row> rows) {
        console.out()
                .printf(
                        Locale.ROOT,
                        "mean of cost ÷ HPA's %.3f, highest %.3f; unserved %.2f %% on average, HPA %.2f %%, most above HPA's in a row %.2f points%n",
                        rows.stream().mapToDouble(Row::ratio).average().orElse(0),
                        rows.stream().mapToDouble(Row::ratio).max().orElse(0),
                        100
                                * rows.stream()
                                        .mapToDouble(r -> r.forecast().unservedShare())
                                        .average()
                                        .orElse(0),
                        100
                                * rows.stream()
                                        .mapToDouble(r -> r.hpa().unservedShare())
                                        .average()
                                        .orElse(0),
                        100
                                * rows.stream()
                                        .mapToDouble(r ->
                                                r.forecast().unservedShare()
                                                        - r.hpa().unservedShare())
                                        .max()
                                        .orElse(0));
    }

    /** Cost (÷ oracle) and unserved share over the price, and over HPA's target. */
    private void curve(Row row) {
        var problem = row.of().problem();
        var line = new StringBuilder();
        for (double price : CURVE) {
            var score = forecast(row.of(), price);
            line.append(
                    String.format(
                            Locale.ROOT,
                            " %.0f: %.3f, %.2f %%;",
                            price,
                            score.cost() / row.oracle(),
                            100 * score.unservedShare()));
        }
        line.append(" HPA at");
        for (double target : HPA_CURVE) {
            var score = TargetRule.play(problem, new HpaRule(target)).score();
            line.append(
                    String.format(
                            Locale.ROOT,
                            " %.1f: %.3f, %.2f %%;",
                            target,
                            score.cost() / row.oracle(),
                            100 * score.unservedShare()));
        }
        console.out().printf("%s, L=%d, by price:%s%n", problem.name(), problem.lead(), line);
        console.out().flush();
    }
}
