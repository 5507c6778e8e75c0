package dev.keelson.forecaster.statistical.global;

import dev.keelson.forecaster.series.ForecastModel;
import dev.keelson.forecaster.series.ForecastTask;
import dev.keelson.forecaster.series.Levels;
import dev.keelson.forecaster.series.Means;
import dev.keelson.forecaster.series.QuantileForecast;
import dev.keelson.forecaster.series.Series;
import dev.keelson.forecaster.statistical.booster.BinnedRows;
import dev.keelson.forecaster.statistical.booster.BoostedTrees;
import dev.keelson.forecaster.statistical.booster.BoosterSettings;
import dev.keelson.forecaster.statistical.booster.QuantileBooster;
import dev.keelson.forecaster.statistical.booster.Workers;
import dev.keelson.forecaster.statistical.feature.Anchor;
import dev.keelson.forecaster.statistical.feature.FeatureRecipe;
import dev.keelson.forecaster.statistical.feature.History;
import dev.keelson.forecaster.statistical.feature.LevelRecipe;
import dev.keelson.forecaster.statistical.feature.SeasonalRecipe;
import dev.keelson.forecaster.statistical.pool.LocalModel;
import dev.keelson.forecaster.statistical.pool.SeasonalNaive;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One quantile booster over all series, the step ahead a feature. With too few rows to learn from
 * it is the seasonal naive forecast.
 */
public final class GlobalBooster implements ForecastModel {
    /** The levels that are boosted; others lie between them. */
    static final Levels BOOSTED = Levels.of(.025, .1, .3, .5, .7, .9, .975);

    private static final int LEAST_ROWS = 400;
    private static final int WEEK_SEASONS = 7;

    private final Workers workers;

    /** A booster whose levels are trained by these workers. */
    public GlobalBooster(Workers workers) {
        this.workers = workers;
    }

    @Override
    public String name() {
        return "booster";
    }

    @Override
    public Fitted fit(List<Series> training, ForecastTask task) {
        int season = season(task);
        int week = week(task);
        FeatureRecipe recipe = recipe(task);
        var histories = new ArrayList<History>();
        for (Series series : training) {
            if (series.length() > 0) {
                histories.add(History.of(series, season, week));
            }
        }
        TrainingRows rows = TrainingRows.of(histories, recipe, task, season);
        if (rows.size() < LEAST_ROWS) {
            return new LocalModel(new SeasonalNaive(task.season())).fit(training, task);
        }
        var settings =
                new BoosterSettings(
                        150,
                        .06,
                        31,
                        Math.max(10, Math.min(100, rows.size() / 60)),
                        .6,
                        .7,
                        127,
                        task.seed());
        BinnedRows binned = BinnedRows.of(rows.features(), recipe.features(), settings.bins());
        float[] targets = rows.targets();
        float[] weights = rows.weights();
        List<Double> levels = Arrays.stream(BOOSTED.values()).boxed().toList();
        List<BoostedTrees> models =
                workers.map(
                        levels,
                        level -> QuantileBooster.train(binned, targets, weights, level, settings));
        return new Trained(task, season, week, recipe, models);
    }

    /** A horizon within half a season is a matter of the level, a longer one of the season. */
    private static FeatureRecipe recipe(ForecastTask task) {
        return 2 * task.horizon() <= season(task) ? new LevelRecipe() : new SeasonalRecipe();
    }

    /** Without a season the past as far back as the horizon stands for one. */
    private static int season(ForecastTask task) {
        return task.seasons().isEmpty() ? 2 * task.horizon() : task.season();
    }

    private static int week(ForecastTask task) {
        return task.seasons().size() > 1 ? task.seasons().get(1) : WEEK_SEASONS * season(task);
    }

    /** The trained levels. */
    private record Trained(
            ForecastTask task,
            int season,
            int week,
            FeatureRecipe recipe,
            List<BoostedTrees> models)
            implements Fitted {
        @Override
        public QuantileForecast predict(Series series) {
            int horizon = task.horizon();
            int width = recipe.features();
            if (series.lastObserved() < 0) {
                return new LocalModel(new SeasonalNaive(1)).fit(List.of(), task).predict(series);
            }
            History history = History.of(series, season, week);
            float[] rows = new float[horizon * width];
            Anchor[] anchors = new Anchor[horizon];
            for (int step = 1; step <= horizon; step++) {
                Anchor anchor =
                        recipe.row(
                                history, history.size() - 1, step, step, rows, (step - 1) * width);
                if (anchor == null) {
                    return new LocalModel(new SeasonalNaive(task.season()))
                            .fit(List.of(), task)
                            .predict(series);
                }
                anchors[step - 1] = anchor;
            }
            double[][] quantiles = new double[horizon][models.size()];
            double[] mean = new double[horizon];
            for (int level = 0; level < models.size(); level++) {
                float[] targets = models.get(level).predict(rows);
                for (int step = 0; step < horizon; step++) {
                    quantiles[step][level] = anchors[step].value(targets[step]);
                }
            }
            for (int step = 0; step < horizon; step++) {
                Arrays.sort(quantiles[step]);
                mean[step] = Means.of(BOOSTED, quantiles[step]);
            }
            return QuantileForecast.of(BOOSTED, quantiles, mean).at(task.levels());
        }
    }
}
