package dev.keelson.forecaster.statistical.paths;

import dev.keelson.forecaster.statistical.pool.LocalMethod;

/**
 * The recent level times the day's profile, what {@link TokenForecaster} expects, as a method for
 * any series: the profile from the history that it is fitted on, the level from the steps before a
 * forecast.
 *
 * @param day steps of a day, or of what stands for one
 */
public record LevelAndDay(int day) implements LocalMethod {
    private static final double DAY_SECONDS = 86_400;

    /** A profile of finer slots would be noise. */
    private static final int MOST_SLOTS = 96;

    /** What is older hardly counts in the slowest level. */
    private static final int RECENT = 600;

    private static final int AHEAD = 3;

    @Override
    public String name() {
        return "level-and-day";
    }

    @Override
    public Fit fit(double[] values, int horizon) {
        var profile = values.length < day ? DayProfile.FLAT : profile(values);
        return (past, length, steps) -> forecast(profile, past, length, steps);
    }

    /** Of slots of several steps, as many as divide the day. */
    private DayProfile profile(double[] values) {
        int slots = Math.min(day, MOST_SLOTS);
        while (day % slots > 0) {
            slots--;
        }
        int width = day / slots;
        var rates = new double[values.length / width];
        for (int i = 0; i < rates.length; i++) {
            double sum = 0;
            int count = 0;
            for (int t = i * width; t < (i + 1) * width; t++) {
                if (!Double.isNaN(values[t])) {
                    sum += values[t];
                    count++;
                }
            }
            rates[i] = count == 0 ? Double.NaN : sum / count;
        }
        return DayProfile.of(rates, slots);
    }

    private double[] forecast(DayProfile profile, double[] values, int length, int horizon) {
        var level = new RecentLevel(Math.min(AHEAD, horizon));
        for (int t = Math.max(0, length - RECENT); t < length; t++) {
            if (!Double.isNaN(values[t])) {
                level.observe(values[t]);
            }
        }
        var result = new double[horizon];
        for (int h = 0; h < horizon; h++) {
            result[h] =
                    level.seen() == 0
                            ? Double.NaN
                            : level.level()
                                    * profile.growth(
                                            seconds(length - 0.5), seconds(length + h + 0.5));
        }
        return result;
    }

    private double seconds(double step) {
        return step / day * DAY_SECONDS;
    }
}
