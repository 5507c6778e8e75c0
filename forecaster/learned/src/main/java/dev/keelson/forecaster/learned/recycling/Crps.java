package dev.keelson.forecaster.learned.recycling;

/**
 * Continuous ranked probability score of an ensemble: {@code mean|x - y| - 1/2 mean|x - x'|}
 * (Gneiting and Raftery 2007, eq. 21). In the unit of the values, smaller is better.
 */
public final class Crps {
    private Crps() {}

    /**
     * The score of one outcome.
     *
     * @param sorted the ensemble, ascending
     * @param y the outcome
     */
    public static double of(double[] sorted, double y) {
        int n = sorted.length;
        double distance = 0;
        double spread = 0;
        for (int i = 0; i < n; i++) {
            distance += Math.abs(sorted[i] - y);
            spread += sorted[i] * (2 * i - n + 1);
        }
        // Of n equal values it is 0, less than nothing only by rounding.
        return Math.max(0, distance / n - spread / ((double) n * n));
    }
}
