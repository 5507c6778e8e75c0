package dev.keelson.forecaster.statistical.online;

import dev.keelson.forecaster.series.Levels;
import dev.keelson.forecaster.statistical.booster.BoosterSettings;
import java.util.List;

/**
 * How an {@link OnlineForecaster} works. What a day is to it is the season.
 *
 * @param targets what is forecast at every step
 * @param season period in steps
 * @param week longer period in steps
 * @param levels quantile levels
 * @param booster how to boost, for each of the seeds
 * @param seeds how many boosters are averaged
 * @param refitEvery steps between two fits
 * @param firstForecast steps of history before the first forecast
 * @param rowHalfLife age in steps at which a training row weighs half
 * @param calibrationWindow landed outcomes that the bands look back on
 * @param calibrationRate γ of the adaptive conformal bands
 * @param lossHalfLife landed outcomes after which an expert's loss weighs half
 */
public record OnlineSettings(
        List<Target> targets,
        int season,
        int week,
        Levels levels,
        BoosterSettings booster,
        int seeds,
        int refitEvery,
        int firstForecast,
        double rowHalfLife,
        int calibrationWindow,
        double calibrationRate,
        double lossHalfLife) {
    private static final int SEASONS_BEFORE = 4;

    public OnlineSettings {
        targets = List.copyOf(targets);
        for (Target target : targets) {
            if (2 * target.to() > season) {
                throw new IllegalArgumentException(
                        "The target (%d to %d) must end within half a season (%d steps)."
                                .formatted(target.from(), target.to(), season));
            }
        }
    }

    /** What all tables use: everything follows from the season. */
    public static OnlineSettings of(List<Target> targets, int season, int week, long seed) {
        return new OnlineSettings(
                targets,
                season,
                week,
                Levels.of(.025, .1, .3, .5, .7, .9, .975),
                new BoosterSettings(120, .05, 12, 20, .5, .7, 127, seed),
                2,
                season,
                SEASONS_BEFORE * season,
                14 * season,
                8 * season,
                .01,
                8 * season);
    }

    /** The same, forecasting from another step on. */
    public OnlineSettings withFirstForecast(int steps) {
        return new OnlineSettings(
                targets,
                season,
                week,
                levels,
                booster,
                seeds,
                refitEvery,
                steps,
                rowHalfLife,
                calibrationWindow,
                calibrationRate,
                lossHalfLife);
    }
}
