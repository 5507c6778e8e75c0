package dev.keelson.forecaster.statistical.pool;

import java.util.Arrays;

/**
 * The Theta method (Assimakopoulos and Nikolopoulos 2000) in the form of Hyndman and Billah (2003):
 * the deseasonalised series is smoothed exponentially and drifts by half the slope of its
 * regression on time. The season is multiplicative where all values are positive, else additive.
 */
public record Theta(int period) implements LocalMethod {
    private static final int EVALUATIONS = 40;
    private static final double SEASONAL = 1.645;

    @Override
    public String name() {
        return "theta";
    }

    @Override
    public Fit fit(double[] values, int horizon) {
        boolean positive = Arrays.stream(values).noneMatch(v -> v <= 0);
        double[] season = season(values, positive);
        double[] flat = without(values, values.length, season, positive);
        SmoothingForm form = new SmoothingForm(false, 1);
        double[] alpha =
                Simplex.minimise(
                        p -> Smoothing.squaredErrors(form, p, flat, flat.length),
                        form.start(),
                        form.low(),
                        form.high(),
                        EVALUATIONS);
        double half = slope(flat) / 2;
        return (past, length, steps) -> {
            double[] level = without(past, length, season, positive);
            double[] path = Smoothing.after(form, alpha, level, length).forecast(steps);
            double reach = (1 - StrictMath.pow(1 - alpha[0], length)) / alpha[0];
            for (int step = 0; step < steps; step++) {
                double value = path[step] + half * (step + reach);
                double factor = season[(length + step) % season.length];
                path[step] = positive ? value * factor : value + factor;
            }
            return path;
        };
    }

    private static double[] without(
            double[] values, int length, double[] season, boolean positive) {
        double[] flat = new double[length];
        for (int i = 0; i < length; i++) {
            double factor = season[i % season.length];
            flat[i] = positive ? values[i] / factor : values[i] - factor;
        }
        return flat;
    }

    /** Classical decomposition; a flat season where the autocorrelation does not show one. */
    private double[] season(double[] values, boolean positive) {
        double[] flat = new double[Math.max(1, period)];
        Arrays.fill(flat, positive ? 1 : 0);
        if (period < 2 || values.length < 3 * period || !isSeasonal(values)) {
            return flat;
        }
        double[] sums = new double[period];
        int[] counts = new int[period];
        for (int i = period / 2; i + period / 2 < values.length; i++) {
            double trend = centred(values, i);
            double part = positive ? values[i] / trend : values[i] - trend;
            if (Double.isFinite(part)) {
                sums[i % period] += part;
                counts[i % period]++;
            }
        }
        double mean = 0;
        for (int i = 0; i < period; i++) {
            if (counts[i] == 0) {
                return flat;
            }
            sums[i] /= counts[i];
            mean += sums[i] / period;
        }
        for (int i = 0; i < period; i++) {
            double part = positive ? sums[i] / mean : sums[i] - mean;
            if (positive && !(part > .01)) {
                return flat;
            }
            flat[i] = part;
        }
        return flat;
    }

    private double centred(double[] values, int at) {
        double sum = 0;
        double weight = 0;
        int half = period / 2;
        for (int i = at - half; i <= at + half; i++) {
            double share = period % 2 == 0 && Math.abs(i - at) == half ? .5 : 1;
            if (i >= 0 && i < values.length && !Double.isNaN(values[i])) {
                sum += share * values[i];
                weight += share;
            }
        }
        return weight == 0 ? Double.NaN : sum / weight;
    }

    private boolean isSeasonal(double[] values) {
        double limit = SEASONAL / Math.sqrt(values.length);
        return correlation(values, period) > limit;
    }

    private static double correlation(double[] values, int lag) {
        double mean = SeasonalNaive.mean(values, values.length);
        double both = 0;
        double own = 0;
        for (int i = 0; i < values.length; i++) {
            double z = values[i] - mean;
            if (!Double.isNaN(z)) {
                own += z * z;
                if (i >= lag && !Double.isNaN(values[i - lag])) {
                    both += z * (values[i - lag] - mean);
                }
            }
        }
        return own == 0 ? 0 : both / own;
    }

    private static double slope(double[] values) {
        double time = 0;
        double value = 0;
        int count = 0;
        for (int i = 0; i < values.length; i++) {
            if (!Double.isNaN(values[i])) {
                time += i;
                value += values[i];
                count++;
            }
        }
        double both = 0;
        double own = 0;
        for (int i = 0; i < values.length; i++) {
            if (!Double.isNaN(values[i])) {
                both += (i - time / count) * (values[i] - value / count);
                own += (i - time / count) * (i - time / count);
            }
        }
        return own == 0 ? 0 : both / own;
    }
}
