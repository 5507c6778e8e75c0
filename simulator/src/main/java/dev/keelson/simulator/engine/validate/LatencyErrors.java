package dev.keelson.simulator.engine.validate;

import dev.keelson.simulator.engine.RequestTimes;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Signed relative errors, (simulated - real) / real.
 *
 * @param ttft time to the first token, from queued to first token
 * @param tpot time per output token after the first
 * @param endToEnd time to the last token, from queued
 */
public record LatencyErrors(Deviation ttft, Deviation tpot, Deviation endToEnd) {
    /** The error of the mean and of the 99th percentile (linear between the order statistics). */
    public record Deviation(double mean, double p99) {}

    /** Compares two lists of the same requests. */
    public static LatencyErrors between(List<RequestTimes> simulated, List<RequestTimes> real) {
        return new LatencyErrors(
                error(simulated, real, RequestTimes::timeToFirstTokenSeconds),
                error(simulated, real, RequestTimes::timePerOutputTokenSeconds),
                error(simulated, real, RequestTimes::endToEndSeconds));
    }

    /** The p-quantile of sorted values, linear between the order statistics. */
    public static double quantile(double[] sorted, double p) {
        double place = p * (sorted.length - 1);
        int below = (int) StrictMath.floor(place);
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (sorted[above] - sorted[below]) * (place - below);
    }

    private static Deviation error(
            List<RequestTimes> simulated,
            List<RequestTimes> real,
            ToDoubleFunction<RequestTimes> metric) {
        double[] ours = simulated.stream().mapToDouble(metric).sorted().toArray();
        double[] theirs = real.stream().mapToDouble(metric).sorted().toArray();
        return new Deviation(
                relative(mean(ours), mean(theirs)),
                relative(quantile(ours, 0.99), quantile(theirs, 0.99)));
    }

    private static double relative(double simulated, double real) {
        return (simulated - real) / real;
    }

    private static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }
}
