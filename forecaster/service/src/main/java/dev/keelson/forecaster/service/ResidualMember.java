package dev.keelson.forecaster.service;

import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * An expected course with what followed earlier origins around it: the residuals of one origin over
 * all steps make one path, so that steps keep how they hang together. Residuals grow with the root
 * of the level, as counts do. Immutable.
 */
final class ResidualMember implements PathMember {
    private static final double LEAST = 1e-9;
    private static final int LEAST_ORIGINS = 12;

    /** Gives the expected course that is known at the end of a history's first steps. */
    @FunctionalInterface
    interface Course {
        /**
         * @param history values without gaps
         * @return expected values of the steps after the first {@code length}, from 0; null while
         *     the past says too little
         */
        @Nullable IntToDoubleFunction after(double[] history, int length);
    }

    private final String name;
    private final Course course;

    private ResidualMember(String name, Course course) {
        this.name = name;
        this.course = course;
    }

    /** The level of the last steps goes on. */
    static ResidualMember level(double rate) {
        return new ResidualMember(
                "level-" + rate,
                (history, length) -> {
                    // What is older counts less than a millionth.
                    int from = Math.max(0, length - (int) Math.ceil(14 / rate));
                    double level = history[from];
                    for (int t = from + 1; t < length; t++) {
                        level += rate * (history[t] - level);
                    }
                    double last = level;
                    return h -> last;
                });
    }

    /** What came a season ago, raised or lowered to the level of today. */
    static ResidualMember season(int season) {
        int around = Math.max(3, season / 48);
        return new ResidualMember(
                "season",
                (history, length) -> {
                    if (length < season + around) {
                        return null;
                    }
                    double now = 0;
                    double then = 0;
                    for (int j = 1; j <= around; j++) {
                        now += history[length - j];
                        then += history[length - j - season];
                    }
                    double ratio = then > LEAST ? Math.clamp(now / then, .25, 4) : 1;
                    return h -> ratio * history[length - season + h % season];
                });
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public double @Nullable [][] paths(double[] history, long first, int horizon, int paths) {
        int n = history.length;
        IntToDoubleFunction expected = n == 0 ? null : course.after(history, n);
        if (expected == null || n < horizon + LEAST_ORIGINS) {
            return null;
        }
        double[][] result = new double[paths][horizon];
        int origins = n - horizon;
        for (int k = 0; k < paths; k++) {
            // The newest origins first; where there are too few, again from the newest.
            int origin = n - horizon - k % Math.max(1, Math.min(paths, origins / 2));
            IntToDoubleFunction past = course.after(history, origin);
            for (int h = 0; h < horizon; h++) {
                double value = expected.applyAsDouble(h);
                if (past != null) {
                    double was = past.applyAsDouble(h);
                    double growth = Math.sqrt((value + LEAST) / (was + LEAST));
                    value += (history[origin + h] - was) * Math.clamp(growth, .2, 5);
                }
                result[k][h] = Math.max(0, value);
            }
        }
        return result;
    }
}
