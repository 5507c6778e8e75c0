package dev.keelson.forecaster.series;

/** The mean of a distribution that is known by some quantiles. */
public final class Means {
    private Means() {}

    /**
     * The area under the quantile function, flat beyond the outer levels, linear between others.
     */
    public static double of(Levels levels, double[] quantiles) {
        int last = quantiles.length - 1;
        double mean = quantiles[0] * levels.at(0) + quantiles[last] * (1 - levels.at(last));
        for (int i = 0; i < last; i++) {
            mean += (levels.at(i + 1) - levels.at(i)) * (quantiles[i] + quantiles[i + 1]) / 2;
        }
        return mean;
    }
}
