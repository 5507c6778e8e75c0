package dev.keelson.forecaster.statistical.online;

import dev.keelson.core.demand.SamplePaths;
import dev.keelson.forecaster.series.Normal;
import dev.keelson.forecaster.series.QuantileForecast;
import java.util.SplittableRandom;

/** Draws joint courses from quantiles per step. */
final class PathSampler {
    private static final double LEAST = 1e-4;

    private PathSampler() {}

    /**
     * Courses whose steps have the forecast's quantiles and whose normal scores follow a
     * first-order autoregression. The first step's scores are evenly spread, so that few paths tell
     * it well.
     */
    static SamplePaths draw(
            QuantileForecast forecast,
            double correlation,
            boolean notNegative,
            int count,
            long seed) {
        var random = new SplittableRandom(seed);
        double fresh = Math.sqrt(1 - correlation * correlation);
        double[][] paths = new double[count][forecast.horizon()];
        for (int path = 0; path < count; path++) {
            double score = Normal.quantile((path + .5) / count);
            for (int step = 0; step < forecast.horizon(); step++) {
                if (step > 0) {
                    score = correlation * score + fresh * random.nextGaussian();
                }
                double share = Math.max(LEAST, Math.min(1 - LEAST, Normal.share(score)));
                double value = forecast.quantile(step, share);
                paths[path][step] = notNegative ? Math.max(0, value) : value;
            }
        }
        return SamplePaths.of(paths);
    }
}
