package dev.keelson.forecaster.statistical.pool;

/**
 * The mean of the same phase over the last periods: with a week's period the hour-of-week mean.
 *
 * @param period steps
 * @param periods how many are averaged
 * @param levelled whether the profile is scaled to the level of the last season, as a ratio of
 *     means
 * @param levelSteps steps that make the current level
 */
public record SlotMean(int period, int periods, boolean levelled, int levelSteps)
        implements LocalMethod {
    public SlotMean {
        if (period < 1 || periods < 1 || levelSteps < 1) {
            throw new IllegalArgumentException(
                    "Period (%d), periods (%d) and level steps (%d) must be at least 1."
                            .formatted(period, periods, levelSteps));
        }
    }

    /** Without a level. */
    public SlotMean(int period, int periods) {
        this(period, periods, false, 1);
    }

    @Override
    public String name() {
        return "slot-mean-%d%s".formatted(period, levelled ? "-levelled" : "");
    }

    @Override
    public Fit fit(double[] values, int horizon) {
        return this::forecast;
    }

    private double[] forecast(double[] values, int length, int horizon) {
        double[] result = new double[horizon];
        double ratio = levelled ? ratio(values, length) : 1;
        double fallback = SeasonalNaive.mean(values, length);
        for (int step = 0; step < horizon; step++) {
            double mean = slot(values, length, length + step);
            result[step] = Double.isNaN(mean) ? fallback : ratio * mean;
        }
        return result;
    }

    private double slot(double[] values, int length, int step) {
        double sum = 0;
        int count = 0;
        for (int at = step - period, seen = 0; at >= 0 && seen < periods; at -= period) {
            if (at < length) {
                seen++;
                if (!Double.isNaN(values[at])) {
                    sum += values[at];
                    count++;
                }
            }
        }
        return count == 0 ? Double.NaN : sum / count;
    }

    private double ratio(double[] values, int length) {
        double now = 0;
        double profile = 0;
        for (int at = Math.max(0, length - levelSteps); at < length; at++) {
            double usual = slot(values, at, at);
            if (!Double.isNaN(values[at]) && !Double.isNaN(usual)) {
                now += values[at];
                profile += usual;
            }
        }
        return profile > 0 && now >= 0 ? now / profile : 1;
    }
}
