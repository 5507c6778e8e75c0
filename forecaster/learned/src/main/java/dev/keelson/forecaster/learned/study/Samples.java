package dev.keelson.forecaster.learned.study;

import java.util.Arrays;

/** Predictive distributions as equally likely values. */
final class Samples {
    /** Values per distribution, as many as HARMONY draws. */
    static final int COUNT = 100;

    private Samples() {}

    /**
     * Quantiles at the levels (i + 1/2) / {@link #COUNT} of some values.
     *
     * @param values changed: sorted
     */
    static double[] of(double[] values) {
        Arrays.sort(values);
        var result = new double[COUNT];
        for (int i = 0; i < COUNT; i++) {
            double place = (i + .5) / COUNT * values.length - .5;
            int below = (int) Math.floor(place);
            double low = values[Math.max(0, below)];
            double high = values[Math.min(values.length - 1, below + 1)];
            result[i] = low + (high - low) * (place - below);
        }
        return result;
    }

    static double mean(double[] samples) {
        double sum = 0;
        for (double value : samples) {
            sum += value;
        }
        return sum / samples.length;
    }
}
