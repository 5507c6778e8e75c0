package dev.keelson.forecaster.statistical.feature;

import org.jspecify.annotations.Nullable;

/**
 * For short horizons: everything as a ratio to the current level, which is what changes from one
 * hour to the next in demand; beside it what the same ratio was at this time on earlier days.
 */
public final class LevelRecipe implements FeatureRecipe {
    private static final int LAGS = 8;
    private static final int[] BLOCKS = {1, 2, 3, 5, 11};
    private static final int DAYS = 7;
    private static final double KNEE_SHARE = .01;
    private static final int FEATURES = LAGS + BLOCKS.length + 2 * DAYS + 3 + 12 + 9;

    @Override
    public int features() {
        return FEATURES;
    }

    @Override
    public @Nullable Anchor row(
            History history, int origin, int from, int to, float[] into, int offset) {
        double knee = KNEE_SHARE * history.magnitude(0, origin);
        int width = to - from + 1;
        double level = level(history, origin, width);
        if (Double.isNaN(level) || !(knee > 0)) {
            return null;
        }
        double reference = Anchor.bend(level, knee);
        new Row(history, origin, from, to, into, offset, reference, knee).write();
        return new Anchor(reference, 1, knee);
    }

    /** The mean of the last steps as wide as the target; wider where those are gaps. */
    private static double level(History history, int origin, int width) {
        for (int window = width; window <= 64 * width; window *= 2) {
            double mean = history.mean(origin - window + 1, origin);
            if (!Double.isNaN(mean)) {
                return mean;
            }
        }
        return Double.NaN;
    }

    /** Writes one row number by number. */
    private static final class Row {
        private final History y;
        private final int origin;
        private final int from;
        private final int to;
        private final int width;
        private final float[] into;
        private final double reference;
        private final double knee;
        private int place;

        private Row(
                History y,
                int origin,
                int from,
                int to,
                float[] into,
                int offset,
                double reference,
                double knee) {
            this.y = y;
            this.origin = origin;
            this.from = from;
            this.to = to;
            this.width = to - from + 1;
            this.into = into;
            this.reference = reference;
            this.knee = knee;
            place = offset;
        }

        private void put(double value) {
            into[place++] = (float) value;
        }

        private double bent(double value) {
            return Anchor.bend(value, knee);
        }

        private void level(double value) {
            put(bent(value) - reference);
        }

        private double asked(int earlier) {
            return bent(y.mean(origin + from - earlier, origin + to - earlier));
        }

        private double current(int earlier) {
            return bent(y.mean(origin - width + 1 - earlier, origin - earlier));
        }

        private void write() {
            for (int lag = 0; lag < LAGS; lag++) {
                level(y.at(origin - lag));
            }
            for (int block : BLOCKS) {
                put(current(block * width) - reference);
            }
            days();
            window(3 * width);
            window(6 * width);
            window(y.season());
            put(y.phase(origin, y.season()));
            put(Math.floorDiv(y.phase(origin, y.week()), y.season()));
            put(reference);
            put(from);
            put(to);
            level(y.mean(origin - y.week() + 1, origin));
            put(asked(y.week()) - reference);
            put(asked(y.week()) - current(y.week()));
            put(
                    y.at(origin) - y.at(origin - 1) == 0
                            ? 0
                            : bent(y.at(origin)) - bent(y.at(origin - 1)));
        }

        private void days() {
            double ratios = 0;
            double levels = 0;
            double recentRatios = 0;
            int count = 0;
            int recentCount = 0;
            for (int day = 1; day <= DAYS; day++) {
                double then = asked(day * y.season());
                double levelThen = current(day * y.season());
                put(then - reference);
                put(then - levelThen);
                if (!Double.isNaN(then - levelThen)) {
                    ratios += then - levelThen;
                    levels += levelThen;
                    count++;
                    if (day <= 3) {
                        recentRatios += then - levelThen;
                        recentCount++;
                    }
                }
            }
            put(count == 0 ? Double.NaN : ratios / count);
            put(recentCount == 0 ? Double.NaN : recentRatios / recentCount);
            put(count == 0 ? Double.NaN : reference - levels / count);
        }

        private void window(int steps) {
            int first = origin - steps + 1;
            double mean = y.mean(first, origin);
            level(mean);
            put(y.deviation(first, origin) / Math.max(Math.abs(mean), knee));
            level(y.max(first, origin));
            level(y.min(first, origin));
        }
    }
}
