package dev.keelson.forecaster.statistical.calibrate;

/** The quantile of a sample, linear between its order statistics. */
public final class SampleQuantile {
    private SampleQuantile() {}

    /**
     * @param sorted the sample, ascending, not empty
     * @param level 0 to 1
     */
    public static double of(double[] sorted, double level) {
        double at = (sorted.length - 1) * level;
        int below = (int) at;
        int above = Math.min(sorted.length - 1, below + 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }
}
