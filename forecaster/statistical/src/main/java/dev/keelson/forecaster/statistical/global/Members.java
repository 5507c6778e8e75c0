package dev.keelson.forecaster.statistical.global;

import dev.keelson.forecaster.series.ForecastModel;
import dev.keelson.forecaster.series.ForecastTask;
import dev.keelson.forecaster.series.QuantileForecast;
import dev.keelson.forecaster.series.Series;
import dev.keelson.forecaster.statistical.pool.LocalMethod;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The booster and the pool, fitted on the same past. Immutable. */
final class Members {
    private final List<LocalMethod> methods;
    private final ForecastModel.Fitted booster;
    private final Map<String, List<LocalMethod.Fit>> fits;
    private final ForecastTask task;

    private Members(
            List<LocalMethod> methods,
            ForecastModel.Fitted booster,
            Map<String, List<LocalMethod.Fit>> fits,
            ForecastTask task) {
        this.methods = methods;
        this.booster = booster;
        this.fits = fits;
        this.task = task;
    }

    static Members fit(
            ForecastModel booster,
            List<LocalMethod> methods,
            List<Series> training,
            ForecastTask task) {
        Map<String, List<LocalMethod.Fit>> fits = new HashMap<>();
        for (Series series : training) {
            fits.put(series.name(), fits(methods, series, task));
        }
        return new Members(methods, booster.fit(training, task), fits, task);
    }

    private static List<LocalMethod.Fit> fits(
            List<LocalMethod> methods, Series series, ForecastTask task) {
        var fits = new ArrayList<LocalMethod.Fit>();
        double[] values = series.values();
        for (LocalMethod method : methods) {
            fits.add(method.fit(values, task.horizon()));
        }
        return List.copyOf(fits);
    }

    /** What everyone says about the steps after a history. */
    Said predict(Series history) {
        QuantileForecast shape = booster.predict(history);
        List<LocalMethod.Fit> own = fits.get(history.name());
        if (own == null) {
            own = fits(methods, history, task);
        }
        double[] values = history.values();
        double[][] paths = new double[methods.size() + 1][task.horizon()];
        for (int step = 0; step < task.horizon(); step++) {
            paths[0][step] = shape.median(step);
        }
        for (int i = 0; i < own.size(); i++) {
            paths[i + 1] = own.get(i).forecast(values, values.length, task.horizon());
            for (int step = 0; step < task.horizon(); step++) {
                if (!Double.isFinite(paths[i + 1][step])) {
                    // Who has nothing to say follows the booster.
                    paths[i + 1][step] = paths[0][step];
                }
            }
        }
        return new Said(shape, paths);
    }

    /**
     * The booster's quantiles and everyone's path.
     *
     * @param paths members × steps, the booster first
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Said(QuantileForecast shape, double[][] paths) {}
}
