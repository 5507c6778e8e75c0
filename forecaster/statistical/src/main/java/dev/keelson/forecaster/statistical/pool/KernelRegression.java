package dev.keelson.forecaster.statistical.pool;

import java.util.Arrays;

/**
 * What followed when the series last looked as it does now: the mean over all earlier moments,
 * weighed by a Gaussian kernel of the distance between the values before each and the newest
 * (Nadaraya-Watson). The bandwidth is the distance of the {@code neighbours}-th nearest moment.
 * Spikes that come back at the same phase of the window are told by it and by little else.
 *
 * @param window steps that are compared, at most as many as lie between two of the spikes
 * @param neighbours moments within the bandwidth
 */
public record KernelRegression(int window, int neighbours) implements LocalMethod {
    public KernelRegression {
        if (window < 1 || neighbours < 1) {
            throw new IllegalArgumentException(
                    "Window (%d) and neighbours (%d) must be at least 1."
                            .formatted(window, neighbours));
        }
    }

    @Override
    public String name() {
        return "kernel-" + window;
    }

    @Override
    public Fit fit(double[] values, int horizon) {
        return this::forecast;
    }

    private double[] forecast(double[] values, int length, int horizon) {
        double[] logs = new double[length];
        for (int i = 0; i < length; i++) {
            logs[i] = Math.copySign(StrictMath.log1p(Math.abs(values[i])), values[i]);
        }
        double[] squares = new double[Math.max(0, length - horizon)];
        Arrays.fill(squares, Double.NaN);
        for (int then = window - 1; then < squares.length; then++) {
            squares[then] = square(logs, then, length - 1);
        }
        double[] sorted = Arrays.stream(squares).filter(d -> !Double.isNaN(d)).sorted().toArray();
        double[] result = new double[horizon];
        Arrays.fill(result, Double.NaN);
        if (sorted.length == 0) {
            return result;
        }
        double width = Math.max(1e-12, sorted[Math.min(neighbours, sorted.length) - 1]);
        for (int step = 1; step <= horizon; step++) {
            result[step - 1] = mean(values, squares, width, step);
        }
        return result;
    }

    private static double mean(double[] values, double[] squares, double width, int step) {
        double sum = 0;
        double weights = 0;
        for (int then = 0; then < squares.length; then++) {
            double value = values[then + step];
            if (!Double.isNaN(squares[then]) && !Double.isNaN(value)) {
                double weight = StrictMath.exp(-squares[then] / (2 * width));
                sum += weight * value;
                weights += weight;
            }
        }
        return weights > 0 ? sum / weights : Double.NaN;
    }

    /** Mean square of the differences before two moments; NaN where most are gaps. */
    private double square(double[] logs, int then, int now) {
        double sum = 0;
        int count = 0;
        for (int i = 0; i < window && i <= now; i++) {
            double difference = logs[then - i] - logs[now - i];
            if (!Double.isNaN(difference)) {
                sum += difference * difference;
                count++;
            }
        }
        return 2 * count >= window ? sum / count : Double.NaN;
    }
}
