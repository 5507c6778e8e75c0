package dev.keelson.forecaster.service;

import dev.keelson.exchange.kafka.DemandFeed;
import dev.keelson.exchange.kafka.KafkaSettings;
import dev.keelson.forecaster.learned.recycling.Crps;
import dev.keelson.forecaster.statistical.calibrate.SampleQuantile;
import dev.keelson.forecaster.statistical.pool.LocalMethod;
import dev.keelson.protocol.v1.ForecastRecord;
import dev.keelson.protocol.v1.ModelShare;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * {@code keelson bench forecast-pool}: the process's own members played over public traces, step by
 * step; what each is believed and what the forecast is worth without it. The second half of each
 * trace is scored.
 */
public final class PoolStudy {
    private static final String GROUPS = "-by-groups";
    private static final int PATHS = 50;

    private PoolStudy() {}

    /** What the forecasts of one run cost. */
    private static final class Score {
        private double crps;
        private double error;
        private double size;
        private int values;
        private int within;
        private final SortedMap<String, Double> belief = new TreeMap<>();
        private int forecasts;

        private void add(double[] sorted, double value) {
            crps += Crps.of(sorted, value);
            error += Math.abs(SampleQuantile.of(sorted, .5) - value);
            size += value;
            values++;
            within +=
                    SampleQuantile.of(sorted, .1) <= value && value <= SampleQuantile.of(sorted, .9)
                            ? 1
                            : 0;
        }

        private String text() {
            return String.format(
                    Locale.ROOT,
                    "%.4f | %.4f | %.3f",
                    crps / size,
                    error / size,
                    (double) within / values);
        }
    }

    public static void main(String[] arguments) {
        boolean isFolder = arguments.length == 2 && arguments[0].equals("--datasets");
        if (arguments.length != 0 && !isFolder) {
            System.err.println("Usage: keelson bench forecast-pool [--datasets DIR]");
            System.exit(2);
        }
        Path folder =
                isFolder
                        ? Path.of(arguments[1])
                        : Path.of(System.getProperty("keelson.home", ".")).resolve("datasets");
        try {
            print(new PoolData(folder).all(), System.out);
        } catch (IOException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    static void print(List<PoolData.Demand> traces, PrintStream out) {
        out.println(
                "The pool of the forecaster's process, second half; CRPS and WAPE ÷ mean requests");
        out.println();
        out.println("| trace | without | belief | CRPS | WAPE | within 80 % |");
        out.println("|---|---|---|---|---|---|");
        for (PoolData.Demand trace : traces) {
            Score all = played(trace, name -> true, List.of());
            row(out, trace, "nothing", "", all);
            row(
                    out,
                    trace,
                    "all by groups",
                    share(sum(all, name -> name.endsWith(GROUPS))),
                    played(trace, name -> !name.endsWith(GROUPS), List.of()));
            for (String member : all.belief.keySet()) {
                row(
                        out,
                        trace,
                        member,
                        share(sum(all, member::equals)),
                        played(trace, name -> !name.equals(member), List.of()));
            }
            for (LocalMethod method : SmileMethods.all(trace.season())) {
                Score with = played(trace, name -> true, List.of(method));
                row(
                        out,
                        trace,
                        "nothing, with " + method.name(),
                        share(sum(with, method.name()::equals)),
                        with);
            }
        }
    }

    private static void row(
            PrintStream out, PoolData.Demand trace, String without, String belief, Score score) {
        out.printf("| %s | %s | %s | %s |%n", trace.name(), without, belief, score.text());
        out.flush();
    }

    private static double sum(Score score, Predicate<String> which) {
        return score.belief.entrySet().stream()
                        .filter(entry -> which.test(entry.getKey()))
                        .mapToDouble(Map.Entry::getValue)
                        .sum()
                / score.forecasts;
    }

    private static String share(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    /** One run with some of the members, and with others. */
    private static Score played(
            PoolData.Demand trace, Predicate<String> isMember, List<LocalMethod> tried) {
        var forecasting = new Forecasting(config(trace), isMember, tried);
        List<DemandFeed.Window> windows = trace.windows();
        var score = new Score();
        for (int step = 0; step < windows.size(); step++) {
            forecasting.window(windows.get(step));
            for (ForecastRecord forecast : forecasting.due()) {
                if (step >= windows.size() / 2) {
                    score(score, forecast, trace, step);
                }
            }
        }
        return score;
    }

    private static void score(
            Score score, ForecastRecord forecast, PoolData.Demand trace, int step) {
        int horizon = trace.horizon();
        double seconds = trace.step().toSeconds();
        for (int lead : new int[] {0, horizon / 2, horizon - 1}) {
            int at = step + 1 + lead;
            if (at < trace.windows().size()) {
                double[] sorted = new double[forecast.getPaths()];
                for (int k = 0; k < sorted.length; k++) {
                    sorted[k] = forecast.getIndicators(0).getValues(k * horizon + lead);
                }
                Arrays.sort(sorted);
                score.add(sorted, trace.windows().get(at).arrivals() / seconds);
            }
        }
        for (ModelShare model : forecast.getModelsList()) {
            score.belief.merge(model.getModel(), model.getShare(), Double::sum);
        }
        score.forecasts++;
    }

    private static ForecasterConfig config(PoolData.Demand trace) {
        return new ForecasterConfig(
                Path.of("none"),
                "127.0.0.1",
                0,
                new KafkaSettings("none:1", Map.of()),
                trace.step(),
                trace.horizon(),
                PATHS,
                trace.step().multipliedBy(trace.season()),
                Duration.ofDays(60),
                ForecasterConfig.Training.STANDARD);
    }
}
