package dev.keelson.simulator.engine.validate;

import dev.keelson.simulator.engine.profile.GemmTable;
import dev.keelson.simulator.engine.steptime.Curve;
import dev.keelson.simulator.engine.steptime.LeastSquares;
import dev.keelson.simulator.engine.steptime.RooflineStepTime.Efficiency;
import dev.keelson.simulator.engine.steptime.RooflineStepTime.Peak;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * How well operator times are predicted: of each table 30 % of the rows are held out, the
 * predictors are fitted on the rest, and the mean absolute percentage error is taken over the rows
 * held out.
 */
public final class StepTimeStudy {
    private static final double HELD_OUT = 0.3;
    private static final int BYTES_PER_NUMBER = 2;

    private StepTimeStudy() {}

    /**
     * Mean absolute percentage errors of the predictors on one table with one seed; shares, not
     * percent.
     *
     * @param interpolation linear between measured rows: what the engine simulator does
     * @param linear time linear in tokens, least squares of relative errors
     * @param roofline peak rates
     * @param calibratedRoofline peak rates with fitted efficiencies and a fitted constant
     */
    public record Errors(
            double interpolation, double linear, double roofline, double calibratedRoofline) {
        /** The mean of each over a list that is not empty. */
        public static Errors mean(List<Errors> errors) {
            return new Errors(
                    mean(errors, Errors::interpolation),
                    mean(errors, Errors::linear),
                    mean(errors, Errors::roofline),
                    mean(errors, Errors::calibratedRoofline));
        }

        private static double mean(List<Errors> errors, ToDoubleFunction<Errors> which) {
            return errors.stream().mapToDouble(which).average().orElseThrow();
        }
    }

    /** The peak rates of a device of these tables. */
    public static Peak peakOf(String device) {
        return switch (device) {
            case "a100" -> Peak.A100;
            case "h100" -> Peak.H100;
            default ->
                    throw new IllegalArgumentException(
                            "The peak rates of \"%s\" are not known.%nKnown: a100, h100."
                                    .formatted(device));
        };
    }

    /** The errors on one table. */
    public static Errors evaluate(GemmTable table, long seed) {
        var rows = new ArrayList<>(table.rows());
        Collections.shuffle(rows, new Random(seed));
        int held = (int) Math.round(rows.size() * HELD_OUT);
        var test = rows.subList(0, held);
        var train = rows.subList(held, rows.size());
        var peak = peakOf(table.device());
        return new Errors(
                error(test, interpolation(train)),
                error(test, linear(train)),
                error(test, tokens -> rooflineMicros(table, peak, Efficiency.PEAK, tokens)),
                error(test, calibrated(table, peak, train)));
    }

    private static double error(List<GemmTable.Row> rows, ToDoubleFunction<Integer> predictor) {
        double sum = 0;
        for (var row : rows) {
            sum += Math.abs(predictor.applyAsDouble(row.tokens()) - row.micros()) / row.micros();
        }
        return sum / rows.size();
    }

    private static ToDoubleFunction<Integer> interpolation(List<GemmTable.Row> train) {
        var sums = new TreeMap<Integer, List<Double>>();
        train.forEach(row ->
                sums.computeIfAbsent(row.tokens(), _ -> new ArrayList<>()).add(row.micros()));
        var points = new TreeMap<Integer, Double>();
        sums.forEach((tokens, times) ->
                points.put(
                        tokens, times.stream().mapToDouble(time -> time).average().orElseThrow()));
        return Curve.through(points)::at;
    }

    private static ToDoubleFunction<Integer> linear(List<GemmTable.Row> train) {
        var features = new ArrayList<double[]>();
        var targets = new ArrayList<Double>();
        for (var row : train) {
            features.add(new double[] {1, row.tokens()});
            targets.add(row.micros());
        }
        double[] coefficients = LeastSquares.relative(features, targets);
        return tokens -> coefficients[0] + coefficients[1] * tokens;
    }

    /**
     * Searches the two efficiencies on a grid; for each pair the constant is the median of what is
     * left.
     */
    private static ToDoubleFunction<Integer> calibrated(
            GemmTable table, Peak peak, List<GemmTable.Row> train) {
        var best = Efficiency.PEAK;
        double smallest = Double.POSITIVE_INFINITY;
        for (int arithmetic = 40; arithmetic <= 100; arithmetic += 3) {
            for (int memory = 40; memory <= 110; memory += 5) {
                var rates = new Efficiency(arithmetic / 100.0, memory / 100.0, 0);
                double[] left =
                        train.stream()
                                .mapToDouble(row ->
                                        row.micros()
                                                - rooflineMicros(table, peak, rates, row.tokens()))
                                .toArray();
                Arrays.sort(left);
                var candidate =
                        new Efficiency(
                                rates.arithmetic(),
                                rates.memory(),
                                Math.max(0, left[left.length / 2]));
                double error =
                        error(train, tokens -> rooflineMicros(table, peak, candidate, tokens));
                if (error < smallest) {
                    smallest = error;
                    best = candidate;
                }
            }
        }
        var chosen = best;
        return tokens -> rooflineMicros(table, peak, chosen, tokens);
    }

    private static double rooflineMicros(
            GemmTable table, Peak peak, Efficiency efficiency, int tokens) {
        double hidden = table.hidden();
        double attention = hidden / table.tensor();
        double projections = attention * (1 + 2.0 * table.kvHeads() / table.heads());
        double feedForward = (double) table.feedForward() / table.tensor();
        return efficiency.layerMicros()
                + product(peak, efficiency, tokens, hidden, projections)
                + product(peak, efficiency, tokens, attention, hidden)
                + product(peak, efficiency, tokens, hidden, feedForward * (table.gated() ? 2 : 1))
                + product(peak, efficiency, tokens, feedForward, hidden);
    }

    private static double product(
            Peak peak, Efficiency efficiency, double rows, double inner, double columns) {
        double flops = 2 * rows * inner * columns;
        double bytes = BYTES_PER_NUMBER * (inner * columns + rows * (inner + columns));
        return 1e6
                * Math.max(
                        flops / (peak.flopsPerSecond() * efficiency.arithmetic()),
                        bytes / (peak.bytesPerSecond() * efficiency.memory()));
    }
}
