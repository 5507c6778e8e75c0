package dev.keelson.forecaster.series;

import java.util.Arrays;

/**
 * A regular series: one value per step, {@code NaN} where nothing was observed. A gap is not a
 * zero. Immutable; a prefix shares the values of the whole.
 */
public final class Series {
    private final String name;
    private final long startEpochSecond;
    private final long stepSeconds;
    private final double[] values;
    private final int length;

    private Series(
            String name, long startEpochSecond, long stepSeconds, double[] values, int length) {
        this.name = name;
        this.startEpochSecond = startEpochSecond;
        this.stepSeconds = stepSeconds;
        this.values = values;
        this.length = length;
    }

    /**
     * A series of these values, copied.
     *
     * @param startEpochSecond time of the first value, seconds since 1970 UTC
     * @param stepSeconds time between two values
     * @param values one per step, {@code NaN} for a gap, otherwise finite
     */
    public static Series of(
            String name, long startEpochSecond, long stepSeconds, double... values) {
        if (stepSeconds <= 0) {
            throw new IllegalArgumentException(
                    "The step of series %s (%d s) must be positive.".formatted(name, stepSeconds));
        }
        for (int i = 0; i < values.length; i++) {
            if (Double.isInfinite(values[i])) {
                throw new IllegalArgumentException(
                        "Value %d of series %s is infinite.".formatted(i, name));
            }
        }
        return new Series(name, startEpochSecond, stepSeconds, values.clone(), values.length);
    }

    /** Its name, unique within one study. */
    public String name() {
        return name;
    }

    /** Seconds between two values. */
    public long stepSeconds() {
        return stepSeconds;
    }

    /** The number of steps, gaps included. */
    public int length() {
        return length;
    }

    /** The value of a step from 0; {@code NaN} when there is none. */
    public double at(int step) {
        if (step >= length) {
            throw new IndexOutOfBoundsException(
                    "Step %d of series %s, which has %d.".formatted(step, name, length));
        }
        return values[step];
    }

    /** Whether nothing was observed at a step. */
    public boolean isGap(int step) {
        return Double.isNaN(at(step));
    }

    /** The time of a step, seconds since 1970 UTC; steps after the end are the future. */
    public long epochSecond(int step) {
        return startEpochSecond + step * stepSeconds;
    }

    /** A copy of the values, {@code NaN} for gaps. */
    public double[] values() {
        return Arrays.copyOf(values, length);
    }

    /** The first steps only: what was known when the series had this length. */
    public Series until(int steps) {
        if (steps < 0 || steps > length) {
            throw new IndexOutOfBoundsException(
                    "The first %d steps of series %s, which has %d."
                            .formatted(steps, name, length));
        }
        return new Series(name, startEpochSecond, stepSeconds, values, steps);
    }

    /** Whether any value is below zero. */
    public boolean hasNegatives() {
        for (int step = 0; step < length; step++) {
            if (values[step] < 0) {
                return true;
            }
        }
        return false;
    }

    /** The last step with a value; -1 when there is none. */
    public int lastObserved() {
        int step = length - 1;
        while (step >= 0 && Double.isNaN(values[step])) {
            step--;
        }
        return step;
    }

    /**
     * The mean of |y(t) − y(t−season)| over all steps where both are there, the usual unit of
     * errors; 0 where there is none.
     */
    public double seasonalChange(int season) {
        double sum = 0;
        int count = 0;
        for (int step = season; step < length; step++) {
            double change = Math.abs(values[step] - values[step - season]);
            if (!Double.isNaN(change)) {
                sum += change;
                count++;
            }
        }
        return count == 0 ? 0 : sum / count;
    }

    @Override
    public String toString() {
        return "%s[%d steps of %d s]".formatted(name, length, stepSeconds);
    }
}
