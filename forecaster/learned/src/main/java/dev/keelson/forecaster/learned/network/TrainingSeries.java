package dev.keelson.forecaster.learned.network;

/** One series to learn from. Immutable. */
public final class TrainingSeries {
    private final double[] values;
    private final long first;

    /**
     * @param values at equal steps, NaN where missing; copied
     * @param first number of index 0 among all steps since the epoch
     */
    public TrainingSeries(double[] values, long first) {
        this.values = values.clone();
        this.first = first;
    }

    /** A copy of the values. */
    public double[] values() {
        return values.clone();
    }

    /** The values themselves; not to be changed. */
    public double[] shared() {
        return values;
    }

    /** Number of index 0 among all steps since the epoch. */
    public long first() {
        return first;
    }

    /** Number of steps, gaps included. */
    public int length() {
        return values.length;
    }
}
