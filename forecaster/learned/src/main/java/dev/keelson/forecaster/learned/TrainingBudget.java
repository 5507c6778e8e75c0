package dev.keelson.forecaster.learned;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How much a training run may take. What ends a run in the first place is its counted number of
 * steps, so that the same seed gives the same model; this is the limit behind it.
 *
 * @param cpu processor time of the training thread
 * @param wall time on the wall
 */
public record TrainingBudget(Duration cpu, Duration wall) {
    /** Refuses budgets in which nothing can be done. */
    public TrainingBudget {
        if (cpu.isNegative() || cpu.isZero() || wall.isNegative() || wall.isZero()) {
            throw new IllegalArgumentException(
                    "The budget (%s of CPU, %s) must be positive.".formatted(cpu, wall));
        }
    }

    /**
     * Starts to count.
     *
     * @param cpuNanos processor time used so far, nanoseconds
     * @param wallNanos a clock that never goes back, nanoseconds
     */
    public Meter start(LongSupplier cpuNanos, LongSupplier wallNanos) {
        return new Meter(this, cpuNanos, wallNanos, cpuNanos.getAsLong(), wallNanos.getAsLong());
    }

    /** What has been used of a budget. */
    public record Meter(
            TrainingBudget budget,
            LongSupplier cpuNanos,
            LongSupplier wallNanos,
            long cpuAtStart,
            long wallAtStart) {
        /** True once either limit is reached. */
        public boolean isSpent() {
            return cpuNanos.getAsLong() - cpuAtStart >= budget.cpu.toNanos()
                    || wallNanos.getAsLong() - wallAtStart >= budget.wall.toNanos();
        }
    }
}
