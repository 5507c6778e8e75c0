package dev.keelson.forecaster.statistical.paths;

import dev.keelson.core.demand.ForecastError;
import dev.keelson.core.demand.SamplePaths;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** How forecasts of one series turned out, over the newest outcomes. Mutable. */
final class LandedErrors {
    private static final int MOST = 2_000;

    private record Bands(double median, double low80, double high80, double low95, double high95) {}

    private record Landed(double outcome, Bands bands) {}

    private final int ahead;
    private final ArrayDeque<Bands> waiting = new ArrayDeque<>();
    private final ArrayDeque<Landed> landed = new ArrayDeque<>();

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
        var bands = waiting.removeFirst();
        if (!Double.isNaN(outcome)) {
            landed.addLast(new Landed(outcome, bands));
            if (landed.size() > MOST) {
                landed.removeFirst();
            }
        }
    }

    @Nullable ForecastError error() {
        if (landed.isEmpty()) {
            return null;
        }
        double absolute = 0;
        double signed = 0;
        double total = 0;
        int in80 = 0;
        int in95 = 0;
        for (var l : landed) {
            absolute += Math.abs(l.outcome() - l.bands().median());
            signed += l.bands().median() - l.outcome();
            total += Math.abs(l.outcome());
            in80 += isIn(l.outcome(), l.bands().low80(), l.bands().high80());
            in95 += isIn(l.outcome(), l.bands().low95(), l.bands().high95());
        }
        double scale = Math.max(1e-9, total);
        return new ForecastError(
                landed.size(),
                absolute / scale,
                signed / scale,
                in80 / (double) landed.size(),
                in95 / (double) landed.size());
    }

    private static int isIn(double value, double low, double high) {
        return value >= low && value <= high ? 1 : 0;
    }
}
