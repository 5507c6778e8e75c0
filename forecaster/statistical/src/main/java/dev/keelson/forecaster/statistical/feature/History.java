package dev.keelson.forecaster.statistical.feature;

import dev.keelson.forecaster.series.Series;
import java.util.Arrays;

/**
 * A growing series with running sums, so that the mean, spread and autocorrelation of any window
 * cost the same however long it is. Gaps count in none of them. Append-only, one writer; what it
 * says about a step never changes when later steps arrive.
 */
public final class History {
    private final int season;
    private final int week;
    private final long firstStep;
    private double[] values = new double[256];
    private double[] sums = new double[257];
    private double[] squares = new double[257];
    private int[] counts = new int[257];
    private double[] changes = new double[257];
    private int[] changeCounts = new int[257];
    private double[] seasonProducts = new double[257];
    private double[] weekProducts = new double[257];
    private double[] magnitudes = new double[257];
    private double centre = Double.NaN;
    private int size;
    private boolean negative;

    /**
     * An empty history.
     *
     * @param season shortest period in steps, at least 1
     * @param week longer period in steps
     * @param firstStep number of the first step on the calendar: its time divided by the step
     */
    public History(int season, int week, long firstStep) {
        this.season = season;
        this.week = week;
        this.firstStep = firstStep;
    }

    /** The history of a whole series. */
    public static History of(Series series, int season, int week) {
        History history =
                new History(
                        season, week, Math.floorDiv(series.epochSecond(0), series.stepSeconds()));
        for (int step = 0; step < series.length(); step++) {
            history.append(series.at(step));
        }
        return history;
    }

    /** Adds the next step; {@code NaN} for a gap. */
    public void append(double value) {
        if (size == values.length) {
            grow();
        }
        values[size] = value;
        boolean gap = Double.isNaN(value);
        negative |= value < 0;
        if (Double.isNaN(centre) && !gap) {
            // Sums of values far from zero would lose the spread: they are taken around a centre.
            centre = value;
        }
        double z = gap ? 0 : value - centre;
        sums[size + 1] = sums[size] + z;
        squares[size + 1] = squares[size] + z * z;
        magnitudes[size + 1] = magnitudes[size] + (gap ? 0 : Math.abs(value));
        counts[size + 1] = counts[size] + (gap ? 0 : 1);
        double change = Math.abs(value - at(size - season));
        boolean known = !Double.isNaN(change);
        changes[size + 1] = changes[size] + (known ? change : 0);
        changeCounts[size + 1] = changeCounts[size] + (known ? 1 : 0);
        seasonProducts[size + 1] = seasonProducts[size] + product(z, gap, size - season);
        weekProducts[size + 1] = weekProducts[size] + product(z, gap, size - week);
        size++;
    }

    private double product(double z, boolean gap, int other) {
        double past = at(other);
        return gap || Double.isNaN(past) ? 0 : z * (past - centre);
    }

    private void grow() {
        int larger = values.length * 2;
        values = Arrays.copyOf(values, larger);
        sums = Arrays.copyOf(sums, larger + 1);
        squares = Arrays.copyOf(squares, larger + 1);
        counts = Arrays.copyOf(counts, larger + 1);
        changes = Arrays.copyOf(changes, larger + 1);
        changeCounts = Arrays.copyOf(changeCounts, larger + 1);
        seasonProducts = Arrays.copyOf(seasonProducts, larger + 1);
        weekProducts = Arrays.copyOf(weekProducts, larger + 1);
        magnitudes = Arrays.copyOf(magnitudes, larger + 1);
    }

    /** Whether any value so far was below zero. */
    public boolean hasNegatives() {
        return negative;
    }

    /** Steps so far. */
    public int size() {
        return size;
    }

    /** The shortest period, steps. */
    public int season() {
        return season;
    }

    /** The longer period, steps. */
    public int week() {
        return week;
    }

    /** The value of a step; {@code NaN} for gaps and outside of what is there. */
    public double at(int step) {
        return step < 0 || step >= size ? Double.NaN : values[step];
    }

    /** Where a step, also a future one, lies within a period of the calendar. */
    public int phase(int step, int period) {
        return (int) Math.floorMod(firstStep + step, (long) period);
    }

    /** The mean of the steps from one to another, both included; {@code NaN} when all are gaps. */
    public double mean(int from, int to) {
        int first = Math.max(0, from);
        int end = Math.min(size, to + 1);
        int count = end <= first ? 0 : counts[end] - counts[first];
        return count == 0 ? Double.NaN : centre + (sums[end] - sums[first]) / count;
    }

    /** The standard deviation of the steps from one to another. */
    public double deviation(int from, int to) {
        int first = Math.max(0, from);
        int end = Math.min(size, to + 1);
        int count = end <= first ? 0 : counts[end] - counts[first];
        if (count < 2) {
            return Double.NaN;
        }
        double sum = sums[end] - sums[first];
        double square = squares[end] - squares[first];
        return Math.sqrt(Math.max(0, (square - sum * sum / count) / (count - 1)));
    }

    /** The largest of the steps from one to another. */
    public double max(int from, int to) {
        double max = Double.NaN;
        for (int step = Math.max(0, from); step <= Math.min(size - 1, to); step++) {
            if (!(values[step] <= max) && !Double.isNaN(values[step])) {
                max = values[step];
            }
        }
        return max;
    }

    /** The smallest of the steps from one to another. */
    public double min(int from, int to) {
        double min = Double.NaN;
        for (int step = Math.max(0, from); step <= Math.min(size - 1, to); step++) {
            if (!(values[step] >= min) && !Double.isNaN(values[step])) {
                min = values[step];
            }
        }
        return min;
    }

    /** The mean size of the values from one step to another. */
    public double magnitude(int from, int to) {
        int first = Math.max(0, from);
        int end = Math.min(size, to + 1);
        int count = end <= first ? 0 : counts[end] - counts[first];
        return count == 0 ? Double.NaN : (magnitudes[end] - magnitudes[first]) / count;
    }

    /** The mean of |y(t) − y(t − season)| over the steps from one to another. */
    public double seasonalChange(int from, int to) {
        int first = Math.max(0, from);
        int end = Math.min(size, to + 1);
        int count = end <= first ? 0 : changeCounts[end] - changeCounts[first];
        return count == 0 ? Double.NaN : (changes[end] - changes[first]) / count;
    }

    /** The autocorrelation at the season's lag of all up to a step. */
    public double seasonCorrelation(int step) {
        return correlation(step, season, seasonProducts);
    }

    /** The autocorrelation at the week's lag of all up to a step. */
    public double weekCorrelation(int step) {
        return correlation(step, week, weekProducts);
    }

    private double correlation(int step, int lag, double[] products) {
        int end = step + 1;
        int count = counts[end];
        if (end <= lag || count < 2) {
            return Double.NaN;
        }
        double mean = sums[end] / count;
        double variance = squares[end] - count * mean * mean;
        double both = sums[end] - sums[lag] + sums[end - lag];
        int pairs = counts[end] - counts[lag];
        double covariance = products[end] - mean * both + pairs * mean * mean;
        return variance <= 1e-12 * squares[end] ? Double.NaN : covariance / variance;
    }
}
