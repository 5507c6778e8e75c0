package dev.keelson.forecaster.learned.network;

import java.util.random.RandomGenerator;

/**
 * A mixture of K normal distributions. Not thread-safe: one object is filled anew at each step.
 *
 * <p>Why this output: PyTorch's engine in DJL cannot draw gamma variates, which Student-t and
 * negative binomial outputs need, and a mixture also follows demand with two levels.
 */
public final class NormalMixture {
    private static final double LEAST_DEVIATION = 1e-3;

    private final double[] weights;
    private final double[] means;
    private final double[] deviations;

    /** A mixture of that many components, to be filled by {@link #fill}. */
    public NormalMixture(int components) {
        weights = new double[components];
        means = new double[components];
        deviations = new double[components];
    }

    /**
     * Takes the raw outputs of a network.
     *
     * @param raw 3K values: K logits, K means, K values whose softplus is a deviation
     */
    public void fill(float[] raw) {
        int k = weights.length;
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < k; i++) {
            largest = Math.max(largest, raw[i]);
        }
        double sum = 0;
        for (int i = 0; i < k; i++) {
            weights[i] = StrictMath.exp(raw[i] - largest);
            sum += weights[i];
        }
        for (int i = 0; i < k; i++) {
            weights[i] /= sum;
            means[i] = raw[k + i];
            deviations[i] = softplus(raw[2 * k + i]) + LEAST_DEVIATION;
        }
    }

    /** The expectation. */
    public double mean() {
        double mean = 0;
        for (int i = 0; i < weights.length; i++) {
            mean += weights[i] * means[i];
        }
        return mean;
    }

    /** One draw. */
    public double sample(RandomGenerator random) {
        double u = random.nextDouble();
        int chosen = 0;
        while (chosen < weights.length - 1 && u >= weights[chosen]) {
            u -= weights[chosen];
            chosen++;
        }
        return means[chosen] + deviations[chosen] * random.nextGaussian();
    }

    /** Logarithm of the density at a point. */
    public double logDensity(double y) {
        double density = 0;
        for (int i = 0; i < weights.length; i++) {
            double z = (y - means[i]) / deviations[i];
            density +=
                    weights[i]
                            / (deviations[i] * StrictMath.sqrt(2 * StrictMath.PI))
                            * StrictMath.exp(-z * z / 2);
        }
        return StrictMath.log(Math.max(density, Double.MIN_NORMAL));
    }

    private static double softplus(double x) {
        return x > 20 ? x : StrictMath.log1p(StrictMath.exp(x));
    }
}
