package dev.keelson.lab;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.simulator.engine.validate.LatencyErrors;
import dev.keelson.simulator.engine.validate.PointStudy.Outcome;
import dev.keelson.simulator.engine.validate.PointStudy.Outcome.LeftOut;
import dev.keelson.simulator.engine.validate.PointStudy.Outcome.Predicted;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** What {@code sim points} prints: errors by engine and system, by model, and what was left out. */
final class PointsReport {
    private static final double[] LEVELS = {0.1, 0.25, 0.5, 0.75, 0.9};

    private final SortedMap<String, List<Predicted>> bySystem = new TreeMap<>();
    private final SortedMap<String, List<Predicted>> byModel = new TreeMap<>();
    private final SortedMap<String, List<Predicted>> byLoad = new TreeMap<>();
    private final SortedMap<String, SortedMap<String, Integer>> leftOut = new TreeMap<>();
    private final int points;

    PointsReport(List<Outcome> outcomes) {
        points = outcomes.size();
        for (var outcome : outcomes) {
            switch (outcome) {
                case Predicted predicted -> {
                    add(bySystem, PointsReport::group, predicted);
                    add(byModel, PointsReport::model, predicted);
                    add(byLoad, PointsReport::load, predicted);
                }
                case LeftOut left ->
                        leftOut.computeIfAbsent(group(left), _ -> new TreeMap<>())
                                .merge(left.why(), 1, Integer::sum);
            }
        }
    }

    private static void add(
            SortedMap<String, List<Predicted>> groups,
            Function<Predicted, String> name,
            Predicted predicted) {
        groups.computeIfAbsent(name.apply(predicted), _ -> new ArrayList<>()).add(predicted);
    }

    private static String group(Outcome outcome) {
        return outcome.point().backend() + " on " + outcome.point().system();
    }

    private static String model(Predicted predicted) {
        return "%s, %s, %s"
                .formatted(
                        group(predicted), predicted.point().model(), predicted.point().products());
    }

    private static String load(Predicted predicted) {
        int concurrency = predicted.point().concurrency();
        var load = concurrency <= 16 ? "1 to 16" : concurrency <= 64 ? "17 to 64" : "more than 64";
        return "%s, %s at once".formatted(group(predicted), load);
    }

    /** Signed errors of one metric: quantiles and the mean of their absolute values. */
    private record Errors(List<Double> quantiles, double mape, double medianDifference) {
        static Errors of(
                List<Predicted> points,
                ToDoubleFunction<Predicted> error,
                ToDoubleFunction<Predicted> difference) {
            double[] sorted = points.stream().mapToDouble(error).sorted().toArray();
            double[] differences = points.stream().mapToDouble(difference).sorted().toArray();
            return new Errors(
                    Arrays.stream(LEVELS).mapToObj(p -> LatencyErrors.quantile(sorted, p)).toList(),
                    Arrays.stream(sorted).map(Math::abs).average().orElseThrow(),
                    LatencyErrors.quantile(differences, 0.5));
        }

        static Errors ttft(List<Predicted> points) {
            return of(
                    points,
                    Predicted::ttftError,
                    p -> p.point().ttftMillis() - p.latency().ttftMillis());
        }

        static Errors tpot(List<Predicted> points) {
            return of(
                    points,
                    Predicted::tpotError,
                    p -> p.point().tpotMillis() - p.latency().tpotMillis());
        }
    }

    List<String> toLines() {
        var lines = new ArrayList<String>();
        lines.add(
                "Signed errors in percent, (simulated - real) / real, of the mean TTFT and TPOT of a point: quantiles .1 .25 .5 .75 .9, mean absolute error,");
        lines.add(
                "and the median of real - simulated in ms. Step times: measured tables (kernels); nothing is fitted.");
        table(lines, "engine and system", bySystem);
        table(lines, "by requests in flight", byLoad);
        table(lines, "by model and type of the weights", byModel);
        int predicted = bySystem.values().stream().mapToInt(List::size).sum();
        lines.add("");
        lines.add("%d of %d points predicted; left out:".formatted(predicted, points));
        leftOut.forEach((group, reasons) ->
                reasons.forEach(
                        (why, count) -> lines.add("%6d %s: %s".formatted(count, group, why))));
        return lines;
    }

    private static void table(
            List<String> lines, String name, SortedMap<String, List<Predicted>> groups) {
        lines.add("");
        lines.add(
                "%-66s %5s | %-29s %6s %9s | %-29s %6s %7s"
                        .formatted(
                                name, "n", "TTFT", "mean", "diff ms", "TPOT", "mean", "diff ms"));
        groups.forEach((group, predicted) ->
                lines.add(
                        String.format(
                                Locale.ROOT,
                                "%-66s %5d | %s | %s",
                                group,
                                predicted.size(),
                                cells(Errors.ttft(predicted), 9, 1),
                                cells(Errors.tpot(predicted), 7, 2))));
    }

    private static String cells(Errors errors, int width, int digits) {
        var text = new StringBuilder();
        for (double quantile : errors.quantiles()) {
            text.append(String.format(Locale.ROOT, "%+5.0f ", 100 * quantile));
        }
        text.append(String.format(Locale.ROOT, "%5.1f ", 100 * errors.mape()));
        text.append(
                String.format(
                        Locale.ROOT, "%" + width + "." + digits + "f", errors.medianDifference()));
        return text.toString();
    }

    void toJson(ObjectNode document) {
        document.put("stepTimeSource", "MEASURED_TABLES").put("points", points);
        put(document, "rows", bySystem);
        put(document, "byConcurrency", byLoad);
        put(document, "byModel", byModel);
        var predicted = document.putArray("predicted");
        bySystem.values().stream()
                .flatMap(List::stream)
                .forEach(p ->
                        predicted
                                .addObject()
                                .put("id", p.point().id())
                                .put("ttftMillisReal", p.point().ttftMillis())
                                .put("ttftMillisSimulated", p.latency().ttftMillis())
                                .put("tpotMillisReal", p.point().tpotMillis())
                                .put("tpotMillisSimulated", p.latency().tpotMillis()));
        var list = document.putArray("leftOut");
        leftOut.forEach((group, reasons) ->
                reasons.forEach((why, count) ->
                        list.addObject().put("group", group).put("why", why).put("points", count)));
    }

    private static void put(
            ObjectNode document, String name, SortedMap<String, List<Predicted>> groups) {
        var list = document.putArray(name);
        groups.forEach((group, predicted) -> {
            var node =
                    list.addObject()
                            .put("group", group)
                            .put("backend", predicted.getFirst().point().backend())
                            .put("system", predicted.getFirst().point().system())
                            .put("points", predicted.size());
            put(node.putObject("ttft"), Errors.ttft(predicted));
            put(node.putObject("tpot"), Errors.tpot(predicted));
        });
    }

    private static void put(ObjectNode node, Errors errors) {
        for (int i = 0; i < LEVELS.length; i++) {
            node.put("errorP" + Math.round(100 * LEVELS[i]), errors.quantiles().get(i));
        }
        node.put("meanAbsoluteError", errors.mape())
                .put("medianDifferenceMillis", errors.medianDifference());
    }
}
