package dev.keelson.forecaster.statistical.online;

import dev.keelson.forecaster.series.Levels;
import dev.keelson.forecaster.statistical.calibrate.LandedWindow;

/** Quantiles of a forecaster that only says one number: its landed errors. Mutable. */
final class PointBands {
    private final LandedWindow errors;

    PointBands(int window) {
        errors = new LandedWindow(window);
    }

    /** An error lands, in the unit of the series. */
    void land(double error) {
        errors.add(error);
    }

    /** The forecast and its errors' quantiles. */
    double[] around(double forecast, Levels levels) {
        double[] result = new double[levels.size()];
        for (int i = 0; i < result.length; i++) {
            result[i] = forecast + errors.quantile(levels.at(i));
        }
        return result;
    }
}
