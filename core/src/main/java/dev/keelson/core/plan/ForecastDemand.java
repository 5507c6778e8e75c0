package dev.keelson.core.plan;

import dev.keelson.core.demand.Forecast;
import dev.keelson.core.demand.Indicator;
import dev.keelson.core.demand.ReplicaCapacity;
import java.time.Duration;

/**
 * Token work that is forecast, in replicas: prefill and decode, each by what a replica can do of
 * it.
 */
final class ForecastDemand {
    /** Over about such a time a replica's work rate is its capacity. */
    private static final Duration CAPACITY_WINDOW = Duration.ofSeconds(30);

    private ForecastDemand() {}

    /** Replicas kept busy, by [path][step from now]. */
    static double[][] of(Forecast forecast, ReplicaCapacity capacity, int passed) {
        var prefill = forecast.of(Indicator.PREFILL_TOKENS);
        var decode = forecast.of(Indicator.DECODE_TOKENS);
        if (prefill == null || decode == null) {
            throw new IllegalStateException("A forecast without token work is not used.");
        }
        var demand = new double[forecast.paths()][forecast.steps() - passed];
        for (int k = 0; k < demand.length; k++) {
            var p = prefill.paths().get(k);
            var t = decode.paths().get(k);
            for (int h = 0; h < demand[k].length; h++) {
                demand[k][h] = capacity.replicasFor(p.get(h + passed), t.get(h + passed));
            }
        }
        return withoutShortNoise(demand, forecast.step());
    }

    /**
     * Deviations from the mean course, averaged over {@link #CAPACITY_WINDOW}: what comes and goes
     * within it is part of what the capacity of a replica was measured under, and would be counted
     * twice. The mean course stays: a rise that is expected is not blurred.
     */
    private static double[][] withoutShortNoise(double[][] demand, Duration step) {
        int reach = (int) (CAPACITY_WINDOW.toNanos() / step.toNanos() / 2);
        var mean = new double[demand[0].length];
        for (var path : demand) {
            for (int h = 0; h < mean.length; h++) {
                mean[h] += path[h] / demand.length;
            }
        }
        var smooth = new double[demand.length][mean.length];
        for (int k = 0; k < demand.length; k++) {
            for (int h = 0; h < mean.length; h++) {
                int from = Math.max(0, h - reach);
                int to = Math.min(mean.length, h + reach + 1);
                double deviation = 0;
                for (int i = from; i < to; i++) {
                    deviation += (demand[k][i] - mean[i]) / (to - from);
                }
                smooth[k][h] = Math.max(0, mean[h] + deviation);
            }
        }
        return smooth;
    }
}
