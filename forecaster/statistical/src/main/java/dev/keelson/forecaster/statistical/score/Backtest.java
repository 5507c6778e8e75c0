package dev.keelson.forecaster.statistical.score;

import dev.keelson.forecaster.series.ForecastModel;
import dev.keelson.forecaster.series.ForecastTask;
import dev.keelson.forecaster.series.Series;
import java.util.ArrayList;
import java.util.List;

/** Forecasts the past from origins that step back by the horizon, each fitted on what was known. */
public final class Backtest {
    private Backtest() {}

    /**
     * Scores one model.
     *
     * @param origins how many; series that are too short for one are left out there
     */
    public static Accuracy score(
            ForecastModel model, List<Series> series, ForecastTask task, int origins) {
        Accuracy accuracy = new Accuracy();
        for (int origin = origins; origin >= 1; origin--) {
            var known = new ArrayList<Series>();
            var whole = new ArrayList<Series>();
            for (Series one : series) {
                int length = one.length() - origin * task.horizon();
                if (length >= leastLength(task)) {
                    known.add(one.until(length));
                    whole.add(one);
                }
            }
            if (known.isEmpty()) {
                continue;
            }
            ForecastModel.Fitted fitted = model.fit(List.copyOf(known), task);
            for (int i = 0; i < known.size(); i++) {
                double[] actual = new double[task.horizon()];
                for (int step = 0; step < actual.length; step++) {
                    actual[step] = whole.get(i).at(known.get(i).length() + step);
                }
                accuracy.add(known.get(i), actual, fitted.predict(known.get(i)), task.season());
            }
        }
        return accuracy;
    }

    /** Steps before an origin without which there is nothing to score against. */
    public static int leastLength(ForecastTask task) {
        return task.season() + 2;
    }
}
