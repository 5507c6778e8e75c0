package dev.keelson.forecaster.series;

import java.util.List;

/**
 * A way to forecast. Fitting may learn from all series together or from each alone; it sees only
 * what it is given, so the caller decides what was known when.
 */
public interface ForecastModel {
    /** The name that tables and weights use, such as {@code seasonal-naive-24}. */
    String name();

    /** Learns from these histories. Deterministic by the task's seed. */
    Fitted fit(List<Series> training, ForecastTask task);

    /** A model that has learned. Immutable; may be asked from several threads. */
    interface Fitted {
        /**
         * The steps after the end of a history, which may be longer than at the fit, or of a series
         * that was not there then.
         *
         * @return quantiles at the task's levels for its whole horizon
         */
        QuantileForecast predict(Series history);
    }
}
