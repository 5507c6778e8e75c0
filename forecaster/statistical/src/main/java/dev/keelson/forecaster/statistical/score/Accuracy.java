package dev.keelson.forecaster.statistical.score;

import dev.keelson.forecaster.series.QuantileForecast;
import dev.keelson.forecaster.series.Series;

/**
 * Adds up how good forecasts were. Scaled scores divide by the mean |y(t) − y(t−m)| of the data
 * before the origin; a series where that is zero counts in the unscaled ones only. Gaps count
 * nowhere. Definitions: MASE Hyndman and Koehler 2006; sMAPE and MSIS (α = .05) as in the M4
 * competition, Makridakis et al. 2020; WQL as in Salinas et al. 2020 over the levels .1 to .9.
 * Mutable.
 */
public final class Accuracy {
    private static final double MISS_COST = 2 / .05;
    private static final int DECILES = 9;

    private double scaledError;
    private double percentError;
    private double absoluteError;
    private double size;
    private double pinball;
    private double scaledPinball;
    private double scaledInterval;
    private long scaledForecasts;
    private long forecasts;
    private long values;
    private long within80;
    private long within95;
    private double width80;
    private double width95;

    /** Sums over the steps of one forecast. */
    private static final class Sums {
        private double error;
        private double percent;
        private double quantile;
        private double interval;
        private int steps;
    }

    /**
     * Adds one forecast.
     *
     * @param known the data before the origin
     * @param actual one value per step, {@code NaN} for a gap
     * @param season m of the scale
     */
    public void add(Series known, double[] actual, QuantileForecast forecast, int season) {
        Sums sums = new Sums();
        for (int step = 0; step < actual.length; step++) {
            if (!Double.isNaN(actual[step])) {
                add(actual[step], forecast, step, sums);
            }
        }
        if (sums.steps == 0) {
            return;
        }
        forecasts++;
        percentError += sums.percent / sums.steps;
        double scale = known.seasonalChange(season);
        if (scale > 0) {
            scaledForecasts++;
            scaledError += sums.error / sums.steps / scale;
            scaledPinball += sums.quantile / sums.steps / scale;
            scaledInterval += sums.interval / sums.steps / scale;
        }
    }

    private void add(double actual, QuantileForecast forecast, int step, Sums sums) {
        double median = forecast.median(step);
        double error = Math.abs(actual - median);
        double both = Math.abs(actual) + Math.abs(median);
        double quantileLoss = 0;
        for (int decile = 1; decile <= DECILES; decile++) {
            double level = decile / 10.0;
            double miss = actual - forecast.quantile(step, level);
            quantileLoss += 2 * Math.max(level * miss, (level - 1) * miss) / DECILES;
        }
        double low = forecast.quantile(step, .025);
        double high = forecast.quantile(step, .975);
        double low80 = forecast.quantile(step, .1);
        double high80 = forecast.quantile(step, .9);
        sums.steps++;
        sums.error += error;
        sums.percent += both == 0 ? 0 : 200 * error / both;
        sums.quantile += quantileLoss;
        sums.interval +=
                high - low + MISS_COST * (Math.max(0, low - actual) + Math.max(0, actual - high));
        values++;
        absoluteError += error;
        size += Math.abs(actual);
        pinball += quantileLoss;
        within80 += low80 <= actual && actual <= high80 ? 1 : 0;
        within95 += low <= actual && actual <= high ? 1 : 0;
        width80 += high80 - low80;
        width95 += high - low;
    }

    /** Mean absolute scaled error, mean over forecasts. */
    public double mase() {
        return scaledError / scaledForecasts;
    }

    /** Symmetric mean absolute percentage error, %. */
    public double smape() {
        return percentError / forecasts;
    }

    /** Sum of absolute errors ÷ sum of sizes. */
    public double wape() {
        return absoluteError / size;
    }

    /** Weighted quantile loss over the deciles. */
    public double wql() {
        return pinball / size;
    }

    /** The same loss per forecast ÷ that series' scale: large series weigh no more than small. */
    public double scaledQuantileLoss() {
        return scaledPinball / scaledForecasts;
    }

    /** Mean scaled interval score at 95 %. */
    public double msis() {
        return scaledInterval / scaledForecasts;
    }

    /** Share of values within the 80 % band. */
    public double coverage80() {
        return (double) within80 / values;
    }

    /** Share of values within the 95 % band. */
    public double coverage95() {
        return (double) within95 / values;
    }

    /** Mean width of the 80 % band ÷ mean size of the values. */
    public double width80() {
        return width80 / size;
    }

    /** Mean width of the 95 % band ÷ mean size of the values. */
    public double width95() {
        return width95 / size;
    }

    /** How many values were forecast. */
    public long values() {
        return values;
    }
}
