package dev.keelson.forecaster.statistical.pool;

import java.util.Arrays;
import java.util.List;

/**
 * Ridge regressions of several indicators of one demand, such as requests, prompt and output
 * tokens: the log of the mean of the next steps against that of the newest ones. Each indicator is
 * told its own recent course, or that of all of them.
 *
 * @param steps ahead whose mean is forecast, and newest steps that it is relative to
 * @param season period in steps; 0 for none
 * @param joint whether each indicator sees the others
 */
public record IndicatorRegression(int steps, int season, boolean joint) {
    private static final double PENALTY = .01;

    /** Values of one indicator that the regression is told: two without a season, else four. */
    private int features() {
        return season > 0 ? 4 : 2;
    }

    public IndicatorRegression {
        if (steps < 1 || season < 0) {
            throw new IllegalArgumentException(
                    "Steps (%d) must be at least 1 and the season (%d) not negative."
                            .formatted(steps, season));
        }
    }

    /**
     * What was learned; immutable.
     *
     * @param weights one row per indicator
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Fit(IndicatorRegression shape, double[][] weights) {
        /**
         * The mean of the next steps of each indicator.
         *
         * @param indicators one row each, one value per step, no gaps, none negative
         * @param length steps that are known; none after is read
         */
        public double[] forecast(List<double[]> indicators, int length) {
            double[] result = new double[weights.length];
            for (int i = 0; i < result.length; i++) {
                double[] row = shape.row(indicators, i, length);
                double change = 0;
                for (int k = 0; k < row.length; k++) {
                    change += weights[i][k] * row[k];
                }
                double level = shape.log(indicators.get(i), length - shape.steps, length);
                result[i] = Math.max(0, StrictMath.expm1(Math.min(700, level + change)));
            }
            return result;
        }
    }

    /**
     * Learns from the first steps.
     *
     * @param indicators as {@link Fit#forecast} takes them
     * @param length steps that are known
     */
    public Fit fit(List<double[]> indicators, int length) {
        double[][] weights = new double[indicators.size()][];
        for (int i = 0; i < weights.length; i++) {
            int width = row(indicators, i, first()).length;
            double[][] normal = new double[width][width + 1];
            for (int end = first(); end + steps <= length; end++) {
                double[] values = indicators.get(i);
                double outcome = log(values, end, end + steps) - log(values, end - steps, end);
                add(normal, row(indicators, i, end), outcome);
            }
            weights[i] = Cholesky.solve(normal, PENALTY);
        }
        return new Fit(this, weights);
    }

    /** Steps that must be known before the first row. */
    public int first() {
        return season > 0 ? 2 * season : 2 * steps;
    }

    private static void add(double[][] normal, double[] row, double outcome) {
        for (int i = 0; i < row.length; i++) {
            for (int k = 0; k <= i; k++) {
                normal[i][k] += row[i] * row[k];
            }
            normal[i][row.length] += row[i] * outcome;
        }
    }

    /** A constant, the indicator's own course, and the others' where they are seen. */
    private double[] row(List<double[]> indicators, int own, int end) {
        double[] row = new double[1 + features() * (joint ? indicators.size() : 1)];
        row[0] = 1;
        int at = describe(indicators.get(own), end, row, 1);
        for (int i = 0; joint && i < indicators.size(); i++) {
            at = i == own ? at : describe(indicators.get(i), end, row, at);
        }
        return row;
    }

    private int describe(double[] values, int end, double[] row, int at) {
        double level = log(values, end - steps, end);
        int next = at;
        row[next++] = log(values, end - 1, end) - level;
        row[next++] = level - log(values, end - 2 * steps, end - steps);
        if (season > 0) {
            row[next++] =
                    log(values, end - season, end - season + steps)
                            - log(values, end - season - steps, end - season);
            row[next++] = level - log(values, end - season, end);
        }
        return next;
    }

    /** Log of 1 + the mean of some steps. */
    private double log(double[] values, int from, int to) {
        return StrictMath.log1p(Arrays.stream(values, from, to).average().orElse(0));
    }
}
