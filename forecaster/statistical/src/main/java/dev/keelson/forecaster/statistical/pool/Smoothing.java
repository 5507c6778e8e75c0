package dev.keelson.forecaster.statistical.pool;

import java.util.Arrays;

/**
 * The state of additive exponential smoothing in error-correction form (Hyndman et al. 2008): e = y
 * − ŷ, l ← l + φb + αe, b ← φb + βe, s ← s + γe. A gap moves the state on without a correction.
 * Mutable.
 */
final class Smoothing {
    private final SmoothingForm form;
    private final double alpha;
    private final double beta;
    private final double gamma;
    private final double phi;
    private final double[] seasonal;
    private double level;
    private double trend;
    private int phase;

    /** Starts from the first seasons of the values. */
    Smoothing(SmoothingForm form, double[] parameters, double[] values, int length) {
        this.form = form;
        alpha = parameters[0];
        beta = form.trend() ? parameters[1] : 0;
        phi = form.trend() ? parameters[2] : 1;
        gamma = form.period() > 1 ? parameters[parameters.length - 1] : 0;
        seasonal = new double[Math.max(1, form.period())];
        begin(values, length);
    }

    private void begin(double[] values, int length) {
        int period = seasonal.length;
        int end = Math.min(length, Math.max(2 * period, 4));
        level = SeasonalNaive.mean(values, end);
        if (Double.isNaN(level)) {
            level = SeasonalNaive.mean(values, length);
        }
        if (form.period() < 2) {
            return;
        }
        int[] counts = new int[period];
        for (int i = 0; i < end; i++) {
            if (!Double.isNaN(values[i])) {
                seasonal[i % period] += values[i] - level;
                counts[i % period]++;
            }
        }
        for (int i = 0; i < period; i++) {
            seasonal[i] = counts[i] == 0 ? 0 : seasonal[i] / counts[i];
        }
    }

    /** Takes the next value and returns the error of its forecast; 0 for a gap. */
    double step(double value) {
        double damped = phi * trend;
        double error = Double.isNaN(value) ? 0 : value - (level + damped + seasonal[phase]);
        level += damped + alpha * error;
        trend = damped + beta * error;
        seasonal[phase] += gamma * error;
        phase = phase + 1 == seasonal.length ? 0 : phase + 1;
        return error;
    }

    /** The next steps from here. */
    double[] forecast(int horizon) {
        double[] result = new double[horizon];
        double sum = 0;
        double damping = 1;
        for (int step = 0; step < horizon; step++) {
            damping *= phi;
            sum += damping * trend;
            result[step] = level + sum + seasonal[(phase + step) % seasonal.length];
        }
        return result;
    }

    /** Starts, takes all values, and returns the sum of squared errors. */
    static double squaredErrors(
            SmoothingForm form, double[] parameters, double[] values, int length) {
        Smoothing state = new Smoothing(form, parameters, values, length);
        double sum = 0;
        for (int i = 0; i < length; i++) {
            double error = state.step(values[i]);
            sum += error * error;
        }
        return sum;
    }

    /** The state after some values. */
    static Smoothing after(SmoothingForm form, double[] parameters, double[] values, int length) {
        Smoothing state = new Smoothing(form, parameters, values, length);
        for (int i = 0; i < length; i++) {
            state.step(values[i]);
        }
        return state;
    }

    @Override
    public String toString() {
        return "level %s, trend %s, seasonal %s".formatted(level, trend, Arrays.toString(seasonal));
    }
}
