package dev.keelson.core.tenant;

/**
 * A token bucket: fills at a rate up to its capacity, begins full. What is taken may be corrected
 * later by what it really was; then the balance may go below zero. NOT thread-safe. Times are
 * nanoseconds of any monotone clock.
 */
public final class RateBucket {
    private static final double NANOS = 1e9;
    private static final double ROUNDING = 1e-9;

    private double perSecond;
    private double capacity;
    private double balance;
    private long atNanos;

    /**
     * @param perSecond at least 0
     * @param capacity above 0
     */
    public RateBucket(double perSecond, double capacity, long nowNanos) {
        this.perSecond = perSecond;
        this.capacity = capacity;
        this.balance = capacity;
        this.atNanos = nowNanos;
    }

    /** Another rate from now on. What is there stays, as far as the new capacity holds it. */
    public void resize(double newPerSecond, double newCapacity, long nowNanos) {
        refill(nowNanos);
        perSecond = newPerSecond;
        capacity = newCapacity;
        balance = Math.min(balance, capacity);
    }

    /** Is there enough? More than the capacity is never there: then a full bucket is enough. */
    public boolean holds(double cost, long nowNanos) {
        refill(nowNanos);
        return balance + ROUNDING >= Math.min(cost, capacity);
    }

    /** Takes it, whether it is there or not. */
    public void take(double cost) {
        balance -= cost;
    }

    /** Gives back (or, below zero, takes) what was taken too much. */
    public void correct(double surplus) {
        balance = Math.min(capacity, balance + surplus);
    }

    /** Seconds until it {@link #holds} so much; infinite where nothing flows in. */
    public double secondsUntil(double cost, long nowNanos) {
        refill(nowNanos);
        double missing = Math.min(cost, capacity) - balance;
        return missing <= 0 ? 0 : missing / perSecond;
    }

    private void refill(long nowNanos) {
        long passed = nowNanos - atNanos;
        if (passed > 0) {
            balance = Math.min(capacity, balance + passed / NANOS * perSecond);
            atNanos = nowNanos;
        }
    }
}
