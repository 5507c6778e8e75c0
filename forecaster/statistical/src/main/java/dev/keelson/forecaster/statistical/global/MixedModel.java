package dev.keelson.forecaster.statistical.global;

import dev.keelson.forecaster.series.ForecastModel;
import dev.keelson.forecaster.series.ForecastTask;
import dev.keelson.forecaster.series.Levels;
import dev.keelson.forecaster.series.QuantileForecast;
import dev.keelson.forecaster.series.Series;
import dev.keelson.forecaster.statistical.booster.Workers;
import dev.keelson.forecaster.statistical.pool.Ets;
import dev.keelson.forecaster.statistical.pool.LocalMethod;
import dev.keelson.forecaster.statistical.pool.RidgeDirect;
import dev.keelson.forecaster.statistical.pool.SeasonalNaive;
import dev.keelson.forecaster.statistical.pool.Theta;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@code keelson forecast} answers with: the booster over all series and the pool of each,
 * mixed and calibrated by forecasts of the last horizons that have landed within the history, and
 * then fitted anew on all of it.
 */
public final class MixedModel implements ForecastModel {
    private static final int WINDOWS = 3;
    private static final int LEAST_SEASONS = 3;
    private static final int WEEK_SEASONS = 7;

    private final Workers workers;

    /** A mixture whose booster is trained by these workers. */
    public MixedModel(Workers workers) {
        this.workers = workers;
    }

    @Override
    public String name() {
        return "keelson";
    }

    /** The members of the pool for a task. */
    static List<LocalMethod> pool(ForecastTask task) {
        var pool = new ArrayList<LocalMethod>();
        int week =
                task.seasons().size() > 1
                        ? task.seasons().get(1)
                        : WEEK_SEASONS * Math.max(1, task.season());
        pool.add(new RidgeDirect(task.season(), week));
        for (int season : task.seasons()) {
            pool.add(new SeasonalNaive(season));
        }
        if (task.seasons().isEmpty()) {
            pool.add(new SeasonalNaive(1));
        }
        pool.add(new Ets(task.season()));
        pool.add(new Theta(task.season()));
        return List.copyOf(pool);
    }

    @Override
    public Trained fit(List<Series> training, ForecastTask task) {
        List<LocalMethod> pool = pool(task);
        ForecastModel booster = new GlobalBooster(workers);
        // Levels between the boosted ones carry no information of their own.
        Levels asked = task.levels();
        ForecastTask inner =
                new ForecastTask(task.horizon(), task.seasons(), Levels.STANDARD, task.seed());
        var earlier = new ArrayList<Series>();
        var whole = new ArrayList<Series>();
        int windows = windows(training, inner);
        for (Series series : training) {
            int length = series.length() - windows * task.horizon();
            if (windows > 0 && length >= least(inner)) {
                earlier.add(series.until(length));
                whole.add(series);
            }
        }
        LandedCalibration calibration = LandedCalibration.none(pool.size() + 1, inner);
        if (!earlier.isEmpty()) {
            Members past = Members.fit(booster, pool, earlier, inner);
            calibration =
                    LandedCalibration.of(
                            landed(past, whole, windows, inner), pool.size() + 1, inner);
        }
        return new Trained(Members.fit(booster, pool, training, inner), calibration, pool, asked);
    }

    /** As many horizons as most series can spare. */
    private static int windows(List<Series> training, ForecastTask task) {
        int windows = WINDOWS;
        while (windows > 0) {
            int able = 0;
            for (Series series : training) {
                able += series.length() - windows * task.horizon() >= least(task) ? 1 : 0;
            }
            if (2 * able >= training.size()) {
                break;
            }
            windows--;
        }
        return windows;
    }

    private static int least(ForecastTask task) {
        return LEAST_SEASONS * task.season() + task.horizon();
    }

    private static List<LandedCalibration.Landed> landed(
            Members past, List<Series> whole, int windows, ForecastTask task) {
        var landed = new ArrayList<LandedCalibration.Landed>();
        for (Series series : whole) {
            for (int window = windows; window >= 1; window--) {
                Series known = series.until(series.length() - window * task.horizon());
                double scale = known.seasonalChange(task.season());
                if (known.lastObserved() < 0 || !(scale > 0)) {
                    continue;
                }
                double[] actual = new double[task.horizon()];
                for (int step = 0; step < actual.length; step++) {
                    actual[step] = series.at(known.length() + step);
                }
                landed.add(new LandedCalibration.Landed(known, past.predict(known), actual, scale));
            }
        }
        return landed;
    }

    /** The mixture, fitted. */
    public static final class Trained implements Fitted {
        private final Members members;
        private final LandedCalibration calibration;
        private final List<LocalMethod> pool;
        private final Levels levels;

        private Trained(
                Members members,
                LandedCalibration calibration,
                List<LocalMethod> pool,
                Levels levels) {
            this.members = members;
            this.calibration = calibration;
            this.pool = pool;
            this.levels = levels;
        }

        @Override
        public QuantileForecast predict(Series history) {
            double least = Double.NEGATIVE_INFINITY;
            if (!history.hasNegatives()) {
                least = 0;
            }
            return calibration.apply(members.predict(history), Levels.STANDARD, least).at(levels);
        }

        /** Names of the members in the order of {@link #weights}. */
        public List<String> members() {
            var names = new ArrayList<String>();
            names.add("booster");
            pool.forEach(method -> names.add(method.name()));
            return List.copyOf(names);
        }

        /** The share of each member. */
        public double[] weights() {
            return calibration.weights();
        }
    }
}
