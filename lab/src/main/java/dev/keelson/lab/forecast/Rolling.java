package dev.keelson.lab.forecast;

import dev.keelson.forecaster.series.QuantileForecast;
import dev.keelson.forecaster.series.Series;
import dev.keelson.forecaster.statistical.online.OnlineForecaster;
import dev.keelson.forecaster.statistical.online.OnlineSettings;
import dev.keelson.forecaster.statistical.online.Target;
import dev.keelson.forecaster.statistical.pool.Ets;
import dev.keelson.forecaster.statistical.pool.LocalMethod;
import dev.keelson.forecaster.statistical.pool.RidgeDirect;
import dev.keelson.forecaster.statistical.pool.SeasonalNaive;
import dev.keelson.forecaster.statistical.pool.SlotMean;
import dev.keelson.forecaster.statistical.pool.Theta;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A series forecast step by step: at every origin the mean of the next steps.
 *
 * @param steps how many next steps
 * @param season day in steps
 * @param first first scored origin, the last step known then
 */
record Rolling(Series series, int steps, int season, int first) {
    private static final int DAYS = 7;
    private static final int RECENT_WEEKS = 4;

    /** The last scored origin. */
    int last() {
        return series.length() - 1 - steps;
    }

    int origins() {
        return last() - first + 1;
    }

    /** What came: the mean of the next steps per origin; {@code NaN} where one is missing. */
    double[] outcomes() {
        double[] outcomes = new double[origins()];
        for (int i = 0; i < outcomes.length; i++) {
            for (int step = 1; step <= steps; step++) {
                outcomes[i] += series.at(first + i + step) / steps;
            }
        }
        return outcomes;
    }

    /** Sum of absolute errors ÷ sum of sizes of a point per origin, where the outcome is known. */
    double wape(double[] points) {
        double[] outcomes = outcomes();
        double error = 0;
        double size = 0;
        for (int i = 0; i < outcomes.length; i++) {
            if (!Double.isNaN(outcomes[i])) {
                error += Math.abs(outcomes[i] - points[i]);
                size += Math.abs(outcomes[i]);
            }
        }
        return error / size;
    }

    /** The production forecaster, fed step by step. */
    @Nullable QuantileForecast[] online(OnlineForecaster forecaster) {
        @Nullable QuantileForecast[] said = new @Nullable QuantileForecast[origins()];
        for (int step = 0; step <= last(); step++) {
            forecaster.observe(series.at(step));
            if (step >= first) {
                said[step - first] = forecaster.latest();
            }
        }
        return said;
    }

    /** The forecaster and its pool that all tables use. */
    OnlineForecaster forecaster(long seed, int firstForecast) {
        return new OnlineForecaster(settings(seed, firstForecast), pool(), 0);
    }

    OnlineSettings settings(long seed, int firstForecast) {
        return OnlineSettings.of(List.of(new Target(1, steps)), season, DAYS * season, seed)
                .withFirstForecast(firstForecast);
    }

    List<LocalMethod> pool() {
        // A season of 144 steps has more states than a smoothing can learn from days.
        int etsSeason = season > 24 ? 1 : season;
        return List.of(
                new SeasonalNaive(1),
                new SeasonalNaive(season),
                new SlotMean(season, DAYS, true, steps),
                new Ets(etsSeason),
                new RidgeDirect(season, DAYS * season),
                new Theta(season));
    }

    /** A local method alone, fitted anew every season. */
    double[] points(LocalMethod method) {
        return points(method, season, RECENT_WEEKS * DAYS * season);
    }

    /** A local method alone, fitted anew at an interval on so many newest steps. */
    double[] points(LocalMethod method, int refitEvery, int recent) {
        double[] points = new double[origins()];
        double[] values = series.values();
        LocalMethod.Fit fit = (past, length, horizon) -> new double[horizon];
        for (int i = 0; i < points.length; i++) {
            int end = first + i + 1;
            // The cut moves by seasons, so that phases stay where they are.
            int refitted = end - i % refitEvery;
            int from = Math.max(0, (refitted - recent + season - 1) / season * season);
            double[] known = Arrays.copyOfRange(values, from, end);
            if (i % refitEvery == 0) {
                fit = method.fit(known, steps);
            }
            for (double value : fit.forecast(known, known.length, steps)) {
                points[i] += value / steps;
            }
        }
        return points;
    }

    /**
     * A method that sees intervals as long as the target, as Dynamo's planner does: every origin
     * has the sums of the intervals that end there.
     */
    double[] intervals(LocalMethod method, int window) {
        double[] points = new double[origins()];
        for (int i = 0; i < points.length; i++) {
            double[] sums = intervalsUntil(first + i, window);
            points[i] = method.fit(sums, 1).forecast(sums, sums.length, 1)[0] / steps;
        }
        return points;
    }

    /** The sums of the last intervals that end at an origin, oldest first. */
    double[] intervalsUntil(int origin, int window) {
        int count = Math.min(window, (origin + 1) / steps);
        double[] sums = new double[count];
        for (int k = 0; k < count; k++) {
            for (int step = 0; step < steps; step++) {
                sums[count - 1 - k] += series.at(origin - k * steps - step);
            }
        }
        return sums;
    }
}
