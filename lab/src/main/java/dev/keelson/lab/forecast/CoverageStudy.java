package dev.keelson.lab.forecast;

import dev.keelson.forecaster.series.ForecastTask;
import dev.keelson.forecaster.series.Levels;
import dev.keelson.forecaster.series.QuantileForecast;
import dev.keelson.forecaster.series.Series;
import dev.keelson.forecaster.statistical.calibrate.AdaptiveBand;
import dev.keelson.forecaster.statistical.pool.SeasonalNaive;
import dev.keelson.forecaster.statistical.score.Accuracy;
import dev.keelson.forecaster.statistical.score.Backtest;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Share of outcomes within the bands, rolling over the last fifth, the same settings on all sets.
 */
record CoverageStudy(StudyData data, StudyWorkers workers, long seed) {
    private static final double[] ENDS = {.025, .1, .9, .975};
    private static final int CALIBRATION_SEASONS = 8;
    private static final int WARM_UP_SEASONS = 8;
    private static final double RATE = .01;

    /** Sums of one or several series. */
    private static final class Tally {
        private long values;
        private final long[] within = new long[2];
        private final double[] width = new double[2];
        private final double[] naiveWidth = new double[2];
        private final long[] naiveWithin = new long[2];

        private void add(Tally other) {
            values += other.values;
            for (int i = 0; i < 2; i++) {
                within[i] += other.within[i];
                width[i] += other.width[i];
                naiveWidth[i] += other.naiveWidth[i];
                naiveWithin[i] += other.naiveWithin[i];
            }
        }
    }

    void print(PrintWriter out) {
        out.printf("Coverage, rolling, last 20 %% of each set, seed %d%n%n", seed);
        out.println(
                "| set | outcomes | cover 80 % | cover 95 % | width ÷ naive's, 80 / 95 % | conformal seasonal naive, 80 / 95 % |");
        out.println("|---|---|---|---|---|---|");
        row(
                out,
                "servegen m-small, next hour",
                rolled(List.of(last(data.servegen("m-small"), 6, 144))));
        row(
                out,
                "servegen m-large, next hour",
                rolled(List.of(last(data.servegen("m-large"), 6, 144))));
        row(out, "BurstGPT conversation, next hour", rolled(List.of(last(data.burstgpt(), 1, 24))));
        if (data.has("harmony-fisher")) {
            var containers = data.fisher().stream().map(series -> last(series, 1, 144)).toList();
            row(out, "Fisher CPU, next 10 minutes", rolled(containers));
        }
        if (data.has("m4-hourly")) {
            m4(out);
        }
    }

    private static Rolling last(Series series, int steps, int season) {
        return new Rolling(series, steps, season, series.length() * 4 / 5 - 1);
    }

    private Tally rolled(List<Rolling> sets) {
        Tally sum = new Tally();
        workers.map(sets, this::tally).forEach(sum::add);
        return sum;
    }

    private Tally tally(Rolling set) {
        int season = set.season();
        int firstForecast = Math.max(4 * season, set.first() + 1 - WARM_UP_SEASONS * season);
        @Nullable QuantileForecast[] said = set.online(set.forecaster(seed, firstForecast));
        double[] outcomes = set.outcomes();
        double[][] naive = naive(set, firstForecast);
        Tally tally = new Tally();
        for (int i = 0; i < outcomes.length; i++) {
            QuantileForecast forecast = said[i];
            if (forecast == null || Double.isNaN(outcomes[i])) {
                continue;
            }
            tally.values++;
            for (int band = 0; band < 2; band++) {
                double low = forecast.quantile(0, ENDS[1 - band]);
                double high = forecast.quantile(0, ENDS[2 + band]);
                tally.within[band] += low <= outcomes[i] && outcomes[i] <= high ? 1 : 0;
                tally.width[band] += high - low;
                double naiveLow = naive[i][1 - band];
                double naiveHigh = naive[i][2 + band];
                tally.naiveWithin[band] +=
                        naiveLow <= outcomes[i] && outcomes[i] <= naiveHigh ? 1 : 0;
                tally.naiveWidth[band] += naiveHigh - naiveLow;
            }
        }
        return tally;
    }

    /** The day before with adaptive conformal ends of the same window and rate. */
    private static double[][] naive(Rolling set, int firstForecast) {
        var early =
                new Rolling(
                        set.series(),
                        set.steps(),
                        set.season(),
                        Math.max(set.season(), firstForecast - 1));
        double[] points = early.points(new SeasonalNaive(set.season()));
        double[] outcomes = early.outcomes();
        var bands =
                List.of(
                        new AdaptiveBand(.8, RATE, CALIBRATION_SEASONS * set.season()),
                        new AdaptiveBand(.95, RATE, CALIBRATION_SEASONS * set.season()));
        double[][] issued = new double[points.length][ENDS.length];
        for (int i = 0; i < points.length; i++) {
            int landed = i - set.steps();
            for (int band = 0; band < 2; band++) {
                int low = 1 - band;
                int high = 2 + band;
                if (landed >= 0 && !Double.isNaN(outcomes[landed])) {
                    double outcome = outcomes[landed];
                    boolean within =
                            issued[landed][low] <= outcome && outcome <= issued[landed][high];
                    bands.get(band).land(points[landed], points[landed], outcome, within);
                }
                double margin = bands.get(band).margin();
                issued[i][low] = Math.max(0, points[i] - margin);
                issued[i][high] = points[i] + margin;
            }
        }
        return java.util.Arrays.copyOfRange(issued, set.first() - early.first(), issued.length);
    }

    private void m4(PrintWriter out) {
        // A fifth of 700 to 960 hours is three horizons of 48.
        var task = new ForecastTask(48, List.of(24), Levels.STANDARD, seed);
        List<Series> series = data.m4();
        Accuracy ours =
                Backtest.score(Models.of("keelson", task, workers).orElseThrow(), series, task, 3);
        Accuracy naive =
                Backtest.score(
                        Models.of("seasonal-naive", task, workers).orElseThrow(), series, task, 3);
        out.printf(
                Locale.ROOT,
                "| M4 hourly, 3 origins × 48 hours | %d | %.3f | %.3f | %.2f / %.2f | %.3f / %.3f |%n",
                ours.values(),
                ours.coverage80(),
                ours.coverage95(),
                ours.width80() / naive.width80(),
                ours.width95() / naive.width95(),
                naive.coverage80(),
                naive.coverage95());
        out.flush();
    }

    private static void row(PrintWriter out, String name, Tally tally) {
        out.printf(
                Locale.ROOT,
                "| %s | %d | %.3f | %.3f | %.2f / %.2f | %.3f / %.3f |%n",
                name,
                tally.values,
                (double) tally.within[0] / tally.values,
                (double) tally.within[1] / tally.values,
                tally.width[0] / tally.naiveWidth[0],
                tally.width[1] / tally.naiveWidth[1],
                (double) tally.naiveWithin[0] / tally.values,
                (double) tally.naiveWithin[1] / tally.values);
        out.flush();
    }
}
