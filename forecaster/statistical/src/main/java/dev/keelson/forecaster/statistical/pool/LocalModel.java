package dev.keelson.forecaster.statistical.pool;

import dev.keelson.forecaster.series.ForecastModel;
import dev.keelson.forecaster.series.ForecastTask;
import dev.keelson.forecaster.series.Means;
import dev.keelson.forecaster.series.QuantileForecast;
import dev.keelson.forecaster.series.Series;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A local method with bands from its own errors at earlier origins of the same series. */
public record LocalModel(LocalMethod method) implements ForecastModel {
    @Override
    public String name() {
        return method.name();
    }

    @Override
    public Fitted fit(List<Series> training, ForecastTask task) {
        Map<String, Bands> known = new HashMap<>();
        for (Series series : training) {
            known.put(series.name(), bands(series, task));
        }
        return history -> {
            Bands bands = known.get(history.name());
            return (bands == null ? bands(history, task) : bands).predict(history, task);
        };
    }

    private Bands bands(Series series, ForecastTask task) {
        double[] values = series.values();
        LocalMethod.Fit fit = method.fit(values, task.horizon());
        return new Bands(fit, RollingErrors.of(fit, values, task.horizon(), task.season()));
    }

    /** A fit and its errors. */
    private record Bands(LocalMethod.Fit fit, RollingErrors errors) {
        private QuantileForecast predict(Series history, ForecastTask task) {
            double[] values = history.values();
            double[] path = fit.forecast(values, values.length, task.horizon());
            double[][] rows = new double[path.length][task.levels().size()];
            double[] mean = new double[path.length];
            double fallback = SeasonalNaive.mean(values, values.length);
            for (int step = 0; step < path.length; step++) {
                double centre = path[step];
                if (Double.isNaN(centre)) {
                    centre = Double.isNaN(fallback) ? 0 : fallback;
                }
                for (int place = 0; place < rows[step].length; place++) {
                    rows[step][place] = centre + errors.quantile(step, task.levels().at(place));
                }
                mean[step] = Means.of(task.levels(), rows[step]);
            }
            return QuantileForecast.of(task.levels(), rows, mean);
        }
    }
}
