package dev.keelson.forecaster.statistical.pool;

import dev.keelson.forecaster.statistical.calibrate.LandedWindow;
import java.util.Arrays;

/**
 * Errors of a fit at earlier origins, by step ahead, neighbouring steps pooled. They are taken
 * around their median, so that the path of the method stays the median forecast.
 */
final class RollingErrors {
    private static final int ORIGINS = 12;
    private static final int NEIGHBOURS = 3;

    private final double[][] sorted;

    private RollingErrors(double[][] sorted) {
        this.sorted = sorted;
    }

    static RollingErrors of(LocalMethod.Fit fit, double[] values, int horizon, int season) {
        int least = Math.min(values.length / 2, 2 * season + 2);
        int last = values.length - 1;
        int stride = Math.max(1, Math.min(season, (last - least) / ORIGINS));
        double[][] errors = new double[ORIGINS][horizon];
        int used = 0;
        for (int length = last; length > least && used < ORIGINS; length -= stride) {
            double[] path = fit.forecast(values, length, Math.min(horizon, values.length - length));
            Arrays.fill(errors[used], Double.NaN);
            for (int step = 0; step < path.length; step++) {
                errors[used][step] = values[length + step] - path[step];
            }
            used++;
        }
        return new RollingErrors(pooled(errors, used, horizon));
    }

    private static double[][] pooled(double[][] errors, int used, int horizon) {
        double[][] sorted = new double[horizon][];
        for (int step = 0; step < horizon; step++) {
            double[] pool = new double[used * (2 * NEIGHBOURS + 1)];
            int size = 0;
            for (int origin = 0; origin < used; origin++) {
                for (int near = step - NEIGHBOURS; near <= step + NEIGHBOURS; near++) {
                    if (near >= 0 && near < horizon && !Double.isNaN(errors[origin][near])) {
                        pool[size++] = errors[origin][near];
                    }
                }
            }
            double[] own = Arrays.copyOf(pool, size);
            Arrays.sort(own);
            // Steps so far ahead that no earlier origin has landed borrow from nearer ones.
            sorted[step] = size < NEIGHBOURS && step > 0 ? sorted[step - 1] : own;
        }
        return sorted;
    }

    /** The quantile of the error of a step from 0 around its median. */
    double quantile(int step, double level) {
        double[] own = sorted[step];
        return LandedWindow.quantile(own, own.length, level)
                - LandedWindow.quantile(own, own.length, .5);
    }
}
