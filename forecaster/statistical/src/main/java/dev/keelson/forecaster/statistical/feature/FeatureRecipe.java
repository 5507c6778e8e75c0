package dev.keelson.forecaster.statistical.feature;

import org.jspecify.annotations.Nullable;

/** Turns a moment of a series into a booster's row. Uses no step after the origin. */
public interface FeatureRecipe {
    /** Numbers per row. */
    int features();

    /**
     * Writes the row for the mean of some future steps as seen from an origin.
     *
     * @param origin last known step
     * @param from first future step, 1 for the one after the origin
     * @param to last future step
     * @param into where the row goes; {@code NaN} for what is not known
     * @param offset place of its first number
     * @return how targets are scaled there, or null where the past says too little
     */
    @Nullable Anchor row(History history, int origin, int from, int to, float[] into, int offset);
}
