package dev.keelson.forecaster.statistical.paths;

import dev.keelson.core.demand.ForecastError;
import dev.keelson.core.demand.SamplePaths;
import dev.keelson.forecaster.statistical.score.LandedScores;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Forecasts of one series that wait for their outcomes, and how those before turned out. Mutable.
 */
final class LandedErrors {
    private static final int MOST = 2_000;

    private record Bands(double median, double low80, double high80, double low95, double high95) {}

    private final int ahead;
    private final ArrayDeque<Bands> waiting = new ArrayDeque<>();
    private final LandedScores landed = new LandedScores(MOST);

    /**
     * @param ahead the step, from 0, of each forecast that is compared with its outcome
     */
    LandedErrors(int ahead) {
        this.ahead = ahead;
    }

    void forecast(SamplePaths paths) {
        waiting.addLast(
                new Bands(
                        paths.quantile(0.5, ahead),
                        paths.quantile(0.1, ahead),
                        paths.quantile(0.9, ahead),
                        paths.quantile(0.025, ahead),
                        paths.quantile(0.975, ahead)));
    }

    /** The outcome of the oldest forecast that waits for it; NaN where it was not seen. */
    void land(double outcome) {
        if (waiting.size() <= ahead) {
            return;
        }
        var b = waiting.removeFirst();
        if (!Double.isNaN(outcome)) {
            landed.add(outcome, b.median(), b.low80(), b.high80(), b.low95(), b.high95());
        }
    }

    @Nullable ForecastError error() {
        return landed.error();
    }
}
