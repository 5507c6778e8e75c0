package dev.keelson.forecaster.statistical.pool;

import java.util.Arrays;

/**
 * ARIMA up to (3,2,3) without season, on the values or their log(1 + y). The number of differences
 * is that of the KPSS test; orders by the corrected Akaike criterion; coefficients by Hannan and
 * Rissanen's two regressions (1982): a long autoregression gives the shocks, then the values are
 * regressed on their own lags and the lagged shocks.
 *
 * @param logarithmic whether to model log(1 + y)
 */
public record Arima(boolean logarithmic) implements LocalMethod {
    private static final int MOST = 3;
    private static final int LONG_ORDER = 10;
    private static final int LEAST_VALUES = 16;
    private static final double STEADY = .463;

    @Override
    public String name() {
        return logarithmic ? "arima-log" : "arima";
    }

    @Override
    public Fit fit(double[] values, int horizon) {
        double[] scaled = scaled(values, values.length);
        if (scaled.length < LEAST_VALUES) {
            return new SeasonalNaive(1).fit(values, horizon);
        }
        int differences = differences(scaled);
        double[] flat = difference(scaled, differences);
        Model best = null;
        for (int p = 0; p <= MOST; p++) {
            for (int q = 0; q <= MOST; q++) {
                Model model = model(flat, p, q);
                if (model != null && (best == null || model.score < best.score)) {
                    best = model;
                }
            }
        }
        if (best == null) {
            return new SeasonalNaive(1).fit(values, horizon);
        }
        Model chosen = best;
        return (past, length, steps) -> forecast(chosen, differences, past, length, steps);
    }

    private double[] forecast(Model model, int differences, double[] past, int length, int steps) {
        double[] scaled = scaled(past, length);
        if (scaled.length < LEAST_VALUES) {
            return new SeasonalNaive(1).fit(past, steps).forecast(past, length, steps);
        }
        double[] path = model.forecast(difference(scaled, differences), steps);
        for (int order = differences - 1; order >= 0; order--) {
            double[] under = difference(scaled, order);
            double last = under[under.length - 1];
            for (int step = 0; step < steps; step++) {
                last += path[step];
                path[step] = last;
            }
        }
        for (int step = 0; step < steps && logarithmic; step++) {
            path[step] = Math.max(0, StrictMath.expm1(Math.min(50, path[step])));
        }
        return path;
    }

    /** The values, a gap standing for the value before it. */
    private double[] scaled(double[] values, int length) {
        double[] result = new double[length];
        int size = 0;
        for (int i = 0; i < length; i++) {
            if (!Double.isNaN(values[i])) {
                result[size++] = logarithmic ? StrictMath.log1p(Math.max(0, values[i])) : values[i];
            } else if (size > 0) {
                result[size] = result[size - 1];
                size++;
            }
        }
        return Arrays.copyOf(result, size);
    }

    /** As many as the test of Kwiatkowski et al. (1992) for a level asks for, at most two. */
    private static int differences(double[] values) {
        int order = 0;
        while (order < 2 && wanders(difference(values, order))) {
            order++;
        }
        return order;
    }

    /** Whether the sums of the deviations are too large for a steady level, at 5 %. */
    private static boolean wanders(double[] values) {
        int size = values.length;
        double mean = SeasonalNaive.mean(values, size);
        double sum = 0;
        double squares = 0;
        for (double value : values) {
            sum += value - mean;
            squares += sum * sum;
        }
        int lags = (int) (3 * Math.sqrt(size) / 13);
        double variance = 0;
        for (int lag = 0; lag <= lags; lag++) {
            double both = 0;
            for (int t = lag; t < size; t++) {
                both += (values[t] - mean) * (values[t - lag] - mean);
            }
            variance += (lag == 0 ? 1 : 2 * (1 - lag / (lags + 1.0))) * both / size;
        }
        return variance > 0 && squares / ((double) size * size * variance) > STEADY;
    }

    private static double[] difference(double[] values, int order) {
        double[] result = values;
        for (int k = 0; k < order; k++) {
            double[] next = new double[result.length - 1];
            for (int i = 0; i < next.length; i++) {
                next[i] = result[i + 1] - result[i];
            }
            result = next;
        }
        return result;
    }

    private static Model model(double[] values, int p, int q) {
        double mean = SeasonalNaive.mean(values, values.length);
        double[] z = Arrays.stream(values).map(v -> v - mean).toArray();
        int order = Math.min(LONG_ORDER, z.length / 4);
        double[] shocks = new double[z.length];
        if (q > 0) {
            double[] ar = regress(z, shocks, order, 0, order);
            for (int t = order; t < z.length; t++) {
                shocks[t] = z[t] - predict(z, shocks, ar, order, 0, t);
            }
        }
        int from = q > 0 ? order + q : p;
        double[] coefficients = regress(z, shocks, p, q, from);
        double squares = 0;
        double[] own = new double[z.length];
        for (int t = from; t < z.length; t++) {
            own[t] = z[t] - predict(z, own, coefficients, p, q, t);
            squares += own[t] * own[t];
        }
        int count = z.length - from;
        int freedom = p + q + 2;
        if (!Double.isFinite(squares) || count <= freedom + 1) {
            return new Model(mean, new double[0], 0, 0, Double.POSITIVE_INFINITY);
        }
        double score =
                count * StrictMath.log(Math.max(squares, 1e-300) / count)
                        + 2.0 * freedom * count / (count - freedom - 1);
        return new Model(mean, coefficients, p, q, score * z.length / count);
    }

    private static double predict(
            double[] z, double[] shocks, double[] coefficients, int p, int q, int t) {
        double sum = 0;
        for (int i = 0; i < p; i++) {
            sum += t - 1 - i >= 0 ? coefficients[i] * z[t - 1 - i] : 0;
        }
        for (int i = 0; i < q; i++) {
            sum += t - 1 - i >= 0 ? coefficients[p + i] * shocks[t - 1 - i] : 0;
        }
        return sum;
    }

    private static double[] regress(double[] z, double[] shocks, int p, int q, int from) {
        int size = p + q;
        double[][] normal = new double[size][size + 1];
        double[] row = new double[size];
        for (int t = Math.max(from, Math.max(p, q)); t < z.length; t++) {
            for (int i = 0; i < size; i++) {
                row[i] = i < p ? z[t - 1 - i] : shocks[t - 1 - (i - p)];
            }
            for (int i = 0; i < size; i++) {
                for (int k = 0; k <= i; k++) {
                    normal[i][k] += row[i] * row[k];
                }
                normal[i][size] += row[i] * z[t];
            }
        }
        return Cholesky.solve(normal, 1e-8);
    }

    /** Coefficients of the differenced series around its mean. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Model(double mean, double[] coefficients, int p, int q, double score) {
        private double[] forecast(double[] values, int steps) {
            int size = values.length;
            double[] z = new double[size + steps];
            double[] shocks = new double[size + steps];
            for (int t = 0; t < size; t++) {
                z[t] = values[t] - mean;
                shocks[t] = t < p ? 0 : z[t] - predict(z, shocks, coefficients, p, q, t);
            }
            double[] path = new double[steps];
            for (int step = 0; step < steps; step++) {
                z[size + step] = predict(z, shocks, coefficients, p, q, size + step);
                path[step] = z[size + step] + mean;
            }
            return path;
        }
    }
}
