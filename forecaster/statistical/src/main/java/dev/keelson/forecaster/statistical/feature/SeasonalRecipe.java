package dev.keelson.forecaster.statistical.feature;

import org.jspecify.annotations.Nullable;

/**
 * For horizons of a season and more: everything relative to the last known value of the same phase
 * and in units of the usual change from season to season, so that one booster serves series of all
 * sizes.
 */
public final class SeasonalRecipe implements FeatureRecipe {
    private static final int PAST_SEASONS = 7;
    private static final int SCALE_SEASONS = 14;
    private static final int FEATURES = 40;

    @Override
    public int features() {
        return FEATURES;
    }

    @Override
    public @Nullable Anchor row(
            History history, int origin, int from, int to, float[] into, int offset) {
        int season = history.season();
        double scale = scale(history, origin);
        int lag = season * ((to + season - 1) / season);
        double reference = samePhase(history, origin, from, to, lag);
        if (Double.isNaN(scale) || Double.isNaN(reference)) {
            return null;
        }
        new Row(history, origin, from, to, into, offset, reference, scale, lag).write();
        return new Anchor(reference, scale, 0);
    }

    /** The last known value of the same phase; older ones where there is a gap. */
    private static double samePhase(History history, int origin, int from, int to, int lag) {
        for (int back = 0; back < PAST_SEASONS; back++) {
            int shift = lag + back * history.season();
            double mean = history.mean(origin + from - shift, origin + to - shift);
            if (!Double.isNaN(mean)) {
                return mean;
            }
        }
        return Double.NaN;
    }

    /** The mean change from season to season, kept off zero for flat stretches. */
    private static double scale(History history, int origin) {
        int season = history.season();
        double recent = history.seasonalChange(origin - SCALE_SEASONS * season + 1, origin);
        double all = history.seasonalChange(0, origin);
        if (Double.isNaN(all)) {
            return Double.NaN;
        }
        double floor = Math.max(.1 * all, 1e-5 * history.magnitude(0, origin));
        return Math.max(Double.isNaN(recent) ? all : recent, Math.max(floor, 1e-9));
    }

    /** Writes one row number by number. */
    private static final class Row {
        private final History y;
        private final int origin;
        private final int from;
        private final int to;
        private final float[] into;
        private final double reference;
        private final double scale;
        private final int lag;
        private int place;

        private Row(
                History y,
                int origin,
                int from,
                int to,
                float[] into,
                int offset,
                double reference,
                double scale,
                int lag) {
            this.y = y;
            this.origin = origin;
            this.from = from;
            this.to = to;
            this.into = into;
            this.reference = reference;
            this.scale = scale;
            this.lag = lag;
            place = offset;
        }

        private void put(double value) {
            into[place++] = (float) value;
        }

        private void level(double value) {
            put((value - reference) / scale);
        }

        private void change(double value) {
            put(value / scale);
        }

        /** The mean of the asked steps, this much earlier. */
        private double earlier(int steps) {
            return y.mean(origin + from - steps, origin + to - steps);
        }

        private void write() {
            int season = y.season();
            int week = y.week();
            for (int back = 1; back < PAST_SEASONS; back++) {
                level(earlier(lag + back * season));
            }
            int weeks = week * ((to + week - 1) / week);
            level(earlier(weeks));
            level(earlier(weeks + week));
            for (int near = -2; near <= 2; near++) {
                if (near != 0) {
                    int last = Math.min(origin, origin + to - lag + near);
                    level(y.mean(last - (to - from), last));
                }
            }
            recent(season);
            windows(season, week);
            calendar(season, week);
            level(profile(season, PAST_SEASONS));
            level(profile(season, 3));
            level(profile(week, 4));
            int quarter = Math.max(1, season / 4);
            change(
                    y.mean(origin - quarter + 1, origin)
                            - y.mean(origin - quarter + 1 - season, origin - season));
            put(y.seasonalChange(origin - season + 1, origin) / scale);
        }

        private void recent(int season) {
            for (int back = 0; back < 3; back++) {
                change(y.at(origin - back) - y.at(origin - back - season));
            }
            level(y.at(origin));
            change(y.at(origin) - y.at(origin - 1));
        }

        private void windows(int season, int week) {
            double day = y.mean(origin - season + 1, origin);
            double yesterday = y.mean(origin - 2 * season + 1, origin - season);
            double before = y.mean(origin - 3 * season + 1, origin - 2 * season);
            double weekMean = y.mean(origin - week + 1, origin);
            double lastWeek = y.mean(origin - week - season + 1, origin - week);
            change(day - yesterday);
            change(yesterday - before);
            level(day);
            level(weekMean);
            change(day - weekMean);
            change(y.deviation(origin - season + 1, origin));
            change(y.deviation(origin - week + 1, origin));
            change(y.max(origin - season + 1, origin) - day);
            change(day - y.min(origin - season + 1, origin));
            change(day - lastWeek);
        }

        private void calendar(int season, int week) {
            put((from + to) / 2.0);
            put(y.phase(origin, season));
            put(y.phase(origin + to, season));
            put(y.phase(origin + to, week));
            double spread = y.deviation(origin - week + 1, origin);
            put(scale / Math.max(spread, 1e-9));
            put(y.seasonCorrelation(origin));
            put(y.weekCorrelation(origin));
            put(StrictMath.log1p(Math.abs(y.mean(origin - season + 1, origin)) / scale));
        }

        /** The mean of the same phase over the last periods that are known. */
        private double profile(int period, int periods) {
            int first = period * ((to + period - 1) / period);
            double sum = 0;
            int count = 0;
            for (int back = 0; back < periods; back++) {
                double value = earlier(first + back * period);
                if (!Double.isNaN(value)) {
                    sum += value;
                    count++;
                }
            }
            return count == 0 ? Double.NaN : sum / count;
        }
    }
}
