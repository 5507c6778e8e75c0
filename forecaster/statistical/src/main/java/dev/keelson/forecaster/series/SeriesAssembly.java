package dev.keelson.forecaster.series;

import java.util.Arrays;

/**
 * Makes a regular series of points that come late, twice or out of order. A point that comes again
 * replaces the one before, as corrected windows of a stream do; steps without a point are gaps;
 * steps older than the capacity are forgotten, and points for them or far in the future are
 * refused. Mutable, one writer.
 */
public final class SeriesAssembly {
    private final String name;
    private final long stepSeconds;
    private final double[] ring;
    private long newest = Long.MIN_VALUE;
    private long oldest;

    /**
     * Nothing has come yet.
     *
     * @param capacity most steps that are kept
     */
    public SeriesAssembly(String name, long stepSeconds, int capacity) {
        if (stepSeconds <= 0 || capacity <= 0) {
            throw new IllegalArgumentException(
                    "The step (%d s) and the capacity (%d) must be positive."
                            .formatted(stepSeconds, capacity));
        }
        this.name = name;
        this.stepSeconds = stepSeconds;
        ring = new double[capacity];
        Arrays.fill(ring, Double.NaN);
    }

    /**
     * Takes a point.
     *
     * @param epochSecond any time within its step
     * @return whether it was taken: false for one that is too old, too far ahead or not finite
     */
    public boolean add(long epochSecond, double value) {
        long step = Math.floorDiv(epochSecond, stepSeconds);
        if (!Double.isFinite(value)) {
            return false;
        }
        if (newest == Long.MIN_VALUE) {
            newest = step;
            oldest = step;
        } else if (step > newest) {
            if (step - newest >= ring.length) {
                // A clock that is far off must not wipe out the past.
                return false;
            }
            for (long between = newest + 1; between < step; between++) {
                ring[place(between)] = Double.NaN;
            }
            newest = step;
        } else if (step <= newest - ring.length) {
            return false;
        }
        oldest = Math.max(Math.min(oldest, step), newest - ring.length + 1);
        ring[place(step)] = value;
        return true;
    }

    private int place(long step) {
        return (int) Math.floorMod(step, (long) ring.length);
    }

    /** The series from the oldest to the newest step; empty before the first point. */
    public Series series() {
        if (newest == Long.MIN_VALUE) {
            return Series.of(name, 0, stepSeconds);
        }
        double[] values = new double[(int) (newest - oldest + 1)];
        for (int i = 0; i < values.length; i++) {
            values[i] = ring[place(oldest + i)];
        }
        return Series.of(name, oldest * stepSeconds, stepSeconds, values);
    }
}
