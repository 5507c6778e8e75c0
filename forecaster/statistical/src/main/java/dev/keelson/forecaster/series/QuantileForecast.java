package dev.keelson.forecaster.series;

import java.util.Arrays;

/**
 * Quantiles and a mean for each of the next steps. Quantiles of one step never cross: a row is put
 * in ascending order where it was not (monotone rearrangement, Chernozhukov et al. 2010).
 * Immutable.
 */
public final class QuantileForecast {
    private final Levels levels;
    private final double[][] quantiles;
    private final double[] mean;

    private QuantileForecast(Levels levels, double[][] quantiles, double[] mean) {
        this.levels = levels;
        this.quantiles = quantiles;
        this.mean = mean;
    }

    /**
     * A forecast of these numbers, copied.
     *
     * @param quantiles steps × levels, in the unit of the series
     * @param mean one per step
     */
    public static QuantileForecast of(Levels levels, double[][] quantiles, double[] mean) {
        if (quantiles.length != mean.length) {
            throw new IllegalArgumentException(
                    "%d steps of quantiles but %d means.".formatted(quantiles.length, mean.length));
        }
        double[][] rows = new double[quantiles.length][];
        for (int step = 0; step < rows.length; step++) {
            rows[step] = quantiles[step].clone();
            if (rows[step].length != levels.size()) {
                throw new IllegalArgumentException(
                        "%d quantiles for %d levels.".formatted(rows[step].length, levels.size()));
            }
            for (double value : rows[step]) {
                requireFinite(value, step);
            }
            requireFinite(mean[step], step);
            Arrays.sort(rows[step]);
        }
        return new QuantileForecast(levels, rows, mean.clone());
    }

    private static void requireFinite(double value, int step) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(
                    "The forecast of step %d (%s) must be finite.".formatted(step + 1, value));
        }
    }

    /** The number of steps. */
    public int horizon() {
        return mean.length;
    }

    /** The levels of the quantiles. */
    public Levels levels() {
        return levels;
    }

    /** The mean of a step from 0. */
    public double mean(int step) {
        return mean[step];
    }

    /** The quantile of a step from 0 at a place of the levels. */
    public double at(int step, int place) {
        return quantiles[step][place];
    }

    /** The median of a step from 0. */
    public double median(int step) {
        return quantile(step, .5);
    }

    /**
     * The quantile of a step from 0 at any level: linear in the standard normal score between two
     * levels and beyond the outer ones.
     */
    public double quantile(int step, double level) {
        int place = levels.indexOf(level);
        if (place >= 0) {
            return quantiles[step][place];
        }
        double[] row = quantiles[step];
        int last = levels.size() - 1;
        if (last == 0) {
            return row[0];
        }
        int left = 0;
        while (left < last - 1 && levels.at(left + 1) < level) {
            left++;
        }
        double low = Normal.quantile(levels.at(left));
        double high = Normal.quantile(levels.at(left + 1));
        double share = (Normal.quantile(level) - low) / (high - low);
        return row[left] + share * (row[left + 1] - row[left]);
    }

    /**
     * Where a value lies within the forecast of a step from 0, as a standard normal score; the
     * inverse of {@link #quantile}, cut off at ±4.
     */
    public double score(int step, double value) {
        double[] row = quantiles[step];
        int last = levels.size() - 1;
        if (last == 0) {
            return Double.compare(value, row[0]);
        }
        int left = 0;
        while (left < last - 1 && row[left + 1] < value) {
            left++;
        }
        double low = Normal.quantile(levels.at(left));
        double high = Normal.quantile(levels.at(left + 1));
        double gap = row[left + 1] - row[left];
        double share = gap > 0 ? (value - row[left]) / gap : .5;
        return Math.max(-4, Math.min(4, low + share * (high - low)));
    }

    /** The same forecast at other levels, by {@link #quantile}. */
    public QuantileForecast at(Levels wanted) {
        if (wanted.equals(levels)) {
            return this;
        }
        double[][] rows = new double[horizon()][wanted.size()];
        for (int step = 0; step < rows.length; step++) {
            for (int place = 0; place < wanted.size(); place++) {
                rows[step][place] = quantile(step, wanted.at(place));
            }
        }
        return of(wanted, rows, mean);
    }
}
