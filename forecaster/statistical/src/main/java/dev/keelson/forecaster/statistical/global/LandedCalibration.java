package dev.keelson.forecaster.statistical.global;

import dev.keelson.forecaster.series.ForecastTask;
import dev.keelson.forecaster.series.Levels;
import dev.keelson.forecaster.series.Means;
import dev.keelson.forecaster.series.QuantileForecast;
import dev.keelson.forecaster.series.Series;
import dev.keelson.forecaster.statistical.calibrate.LandedWindow;
import java.util.Arrays;
import java.util.List;

/**
 * What the last forecasts that have landed teach about the next: how much each member counts, and
 * how far the quantiles must lie from the median. Immutable once made.
 */
final class LandedCalibration {
    /** Weights ∝ loss⁻³: measured on the M4 hourly validation data, docs/benchmarks.md. */
    private static final double POWER = 3;

    private static final double LEAST_SHARE = .05;
    private static final int BUCKETS = 4;
    private static final double LARGEST_FACTOR = 10;

    private final double[] weights;
    private final double[][] factors;

    private LandedCalibration(double[] weights, double[][] factors) {
        this.weights = weights;
        this.factors = factors;
    }

    /** Nothing has landed: equal weights and the bands as they are. */
    static LandedCalibration none(int members, ForecastTask task) {
        double[] weights = new double[members];
        Arrays.fill(weights, 1.0 / members);
        double[][] factors = new double[BUCKETS][task.levels().size()];
        for (double[] row : factors) {
            Arrays.fill(row, 1);
        }
        return new LandedCalibration(weights, factors);
    }

    /** A forecast and what came of it. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Landed(Series known, Members.Said said, double[] actual, double scale) {}

    static LandedCalibration of(List<Landed> landed, int members, ForecastTask task) {
        if (landed.isEmpty()) {
            return none(members, task);
        }
        double[] weights = weights(landed, members);
        LandedCalibration unscaled = new LandedCalibration(weights, none(members, task).factors);
        Levels levels = task.levels();
        List<QuantileForecast> mixed =
                landed.stream()
                        .map(one -> unscaled.apply(one.said, levels, Double.NEGATIVE_INFINITY))
                        .toList();
        double[][] factors = new double[BUCKETS][levels.size()];
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            for (int place = 0; place < levels.size(); place++) {
                factors[bucket][place] = factor(landed, mixed, bucket, place);
            }
        }
        return new LandedCalibration(weights, factors);
    }

    private static double[] weights(List<Landed> landed, int members) {
        double[] losses = new double[members];
        for (Landed one : landed) {
            for (int member = 0; member < members; member++) {
                losses[member] += loss(one, one.said.paths()[member]);
            }
        }
        double[] weights = new double[members];
        double sum = 0;
        for (int member = 0; member < members; member++) {
            weights[member] = StrictMath.pow(Math.max(1e-12, losses[member]), -POWER);
            sum += weights[member];
        }
        double kept = 0;
        for (int member = 0; member < members; member++) {
            weights[member] = weights[member] < LEAST_SHARE * sum ? 0 : weights[member];
            kept += weights[member];
        }
        for (int member = 0; member < members; member++) {
            weights[member] /= kept;
        }
        return weights;
    }

    /** Mean absolute error in units of the series' change from season to season. */
    private static double loss(Landed one, double[] path) {
        double sum = 0;
        int steps = 0;
        for (int step = 0; step < one.actual.length; step++) {
            double error = Math.abs(one.actual[step] - path[step]);
            if (!Double.isNaN(error)) {
                sum += error;
                steps++;
            }
        }
        return steps == 0 ? 0 : sum / steps / one.scale;
    }

    /** How many times its distance from the median a quantile must lie away, all series pooled. */
    private static double factor(
            List<Landed> landed, List<QuantileForecast> mixed, int bucket, int place) {
        double level = mixed.getFirst().levels().at(place);
        int horizon = mixed.getFirst().horizon();
        double[] ratios = new double[landed.size() * horizon];
        int size = 0;
        for (int i = 0; i < mixed.size(); i++) {
            QuantileForecast forecast = mixed.get(i);
            Landed one = landed.get(i);
            for (int step = 0; step < horizon; step++) {
                double distance = Math.abs(forecast.at(step, place) - forecast.median(step));
                double error = one.actual[step] - forecast.median(step);
                if (bucket(step, horizon) == bucket && !Double.isNaN(error)) {
                    ratios[size++] = error / Math.max(distance, 1e-9 * one.scale);
                }
            }
        }
        if (level == .5 || size < 1 / Math.min(level, 1 - level)) {
            return 1;
        }
        Arrays.sort(ratios, 0, size);
        double factor = LandedWindow.quantile(ratios, size, level) * (level > .5 ? 1 : -1);
        return Math.max(0, Math.min(LARGEST_FACTOR, factor));
    }

    private static int bucket(int step, int horizon) {
        return step * BUCKETS / horizon;
    }

    double[] weights() {
        return weights.clone();
    }

    /**
     * The booster's shape around the mixture's path, stretched.
     *
     * @param least below which no value can lie
     */
    QuantileForecast apply(Members.Said said, Levels levels, double least) {
        int horizon = said.shape().horizon();
        double[][] rows = new double[horizon][levels.size()];
        double[] mean = new double[horizon];
        for (int step = 0; step < horizon; step++) {
            double centre = 0;
            for (int member = 0; member < weights.length; member++) {
                centre += weights[member] * said.paths()[member][step];
            }
            double[] factor = factors[bucket(step, horizon)];
            for (int place = 0; place < levels.size(); place++) {
                double away = said.shape().quantile(step, levels.at(place)) - said.paths()[0][step];
                rows[step][place] = Math.max(least, centre + factor[place] * away);
            }
            Arrays.sort(rows[step]);
            mean[step] = Means.of(levels, rows[step]);
        }
        return QuantileForecast.of(levels, rows, mean);
    }
}
