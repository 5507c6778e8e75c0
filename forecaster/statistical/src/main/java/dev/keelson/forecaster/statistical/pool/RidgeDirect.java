package dev.keelson.forecaster.statistical.pool;

import java.util.Arrays;

/**
 * One ridge regression per step ahead on a few lags: the latest values, the last season's mean, the
 * same phase one and two seasons and one week back. Non-negative series are regressed in log(1 +
 * y), everything relative to the last value of the same phase.
 *
 * @param period shortest period in steps, 1 for none
 * @param week longer period in steps
 */
public record RidgeDirect(int period, int week) implements LocalMethod {
    private static final int FEATURES = 8;
    private static final double PENALTY = 1;
    private static final int MOST_ROWS = 700;
    private static final int LEAST_ROWS = 30;

    @Override
    public String name() {
        return "ridge";
    }

    @Override
    public Fit fit(double[] values, int horizon) {
        boolean logarithmic = Arrays.stream(values).noneMatch(v -> v < 0);
        double[] scaled = scaled(values, values.length, logarithmic);
        double[][] weights = new double[horizon][];
        for (int step = 1; step <= horizon; step++) {
            weights[step - 1] = weights(scaled, step);
        }
        return (past, length, steps) -> {
            double[] now = scaled(past, length, logarithmic);
            double[] result = new double[steps];
            for (int step = 1; step <= steps; step++) {
                double z = apply(weights[step - 1], now, step);
                result[step - 1] =
                        logarithmic ? Math.max(0, StrictMath.expm1(Math.min(700, z))) : z;
            }
            return result;
        };
    }

    private static double[] scaled(double[] values, int length, boolean logarithmic) {
        double[] result = Arrays.copyOf(values, length);
        for (int i = 0; i < length && logarithmic; i++) {
            result[i] = StrictMath.log1p(Math.max(0, result[i]));
        }
        return result;
    }

    private double apply(double[] weights, double[] now, int step) {
        double[] row = new double[FEATURES];
        double result = row(now, now.length - 1, step, row);
        if (Double.isNaN(result)) {
            return SeasonalNaive.mean(now, now.length);
        }
        for (int i = 0; i < FEATURES; i++) {
            result += weights[i] * row[i];
        }
        return result;
    }

    /** The regression for one step ahead; all zero, the seasonal naive, with too little past. */
    private double[] weights(double[] training, int step) {
        double[][] normal = new double[FEATURES][FEATURES + 1];
        double[] past = new double[FEATURES];
        int rows = 0;
        for (int origin = training.length - 1 - step; origin >= 0 && rows < MOST_ROWS; origin--) {
            double base = row(training, origin, step, past);
            double target = training[origin + step] - base;
            if (Double.isNaN(target)) {
                continue;
            }
            rows++;
            for (int i = 0; i < FEATURES; i++) {
                for (int k = 0; k <= i; k++) {
                    normal[i][k] += past[i] * past[k];
                }
                normal[i][FEATURES] += past[i] * target;
            }
        }
        return rows < LEAST_ROWS ? new double[FEATURES] : Cholesky.solve(normal, PENALTY / rows);
    }

    /** Fills the row of an origin; returns what it is relative to, {@code NaN} without one. */
    private double row(double[] y, int origin, int step, double[] row) {
        int season = Math.max(1, period);
        int lag = season * ((step + season - 1) / season);
        int same = origin + step - lag;
        int weeks = week * ((step + week - 1) / week);
        double reference = at(y, same);
        row[0] = at(y, origin) - reference;
        row[1] = at(y, origin - 1) - reference;
        row[2] = at(y, origin) - at(y, origin - season);
        row[3] = at(y, same - season) - reference;
        row[4] = at(y, same - 2 * season) - reference;
        row[5] = at(y, origin + step - weeks) - reference;
        row[6] =
                mean(y, origin - season + 1, origin)
                        - mean(y, origin - 2 * season + 1, origin - season);
        row[7] = 1;
        for (int i = 0; i < FEATURES; i++) {
            if (Double.isNaN(row[i])) {
                // The mean effect of what is unknown: no change.
                row[i] = 0;
            }
        }
        return reference;
    }

    private static double at(double[] y, int step) {
        return step < 0 || step >= y.length ? Double.NaN : y[step];
    }

    private static double mean(double[] y, int from, int to) {
        double sum = 0;
        int count = 0;
        for (int i = Math.max(0, from); i <= Math.min(y.length - 1, to); i++) {
            if (!Double.isNaN(y[i])) {
                sum += y[i];
                count++;
            }
        }
        return count == 0 ? Double.NaN : sum / count;
    }
}
