package dev.keelson.forecaster.statistical.calibrate;

import java.util.Arrays;

/**
 * Weights experts for one quantile level by their pinball loss so far: w ∝ loss^−p, which is
 * exponential weighting (Hedge) of the logarithm of the loss and needs no scale. Losses fade with
 * age, so that the weights can turn, and count only when their outcome has landed. Mutable, one
 * writer.
 *
 * <p>The learned forecaster's ExpertWeights is no copy of this: its models come, go and miss
 * outcomes, and it weighs mean losses by exp with a fixed share. They have one decayed sum in
 * common, and either one's law would change the other's forecasts.
 */
public final class PinballAggregation {
    private final double level;
    private final double fade;
    private final double power;
    private final double[] losses;
    private final double[] weights;
    private double count;

    /**
     * Equal weights.
     *
     * @param halfLife landed outcomes after which one weighs half
     * @param power p
     */
    public PinballAggregation(int experts, double level, double halfLife, double power) {
        this.level = level;
        this.fade = StrictMath.pow(.5, 1 / halfLife);
        this.power = power;
        losses = new double[experts];
        weights = new double[experts];
        Arrays.fill(weights, 1.0 / experts);
    }

    /** The share of each expert; they sum to 1. */
    public double[] weights() {
        return weights.clone();
    }

    /** The mixture of the experts' quantiles. */
    public double mix(double[] quantiles) {
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            sum += weights[i] * quantiles[i];
        }
        return sum;
    }

    /**
     * An outcome lands.
     *
     * @param quantiles what the experts had said
     */
    public void land(double[] quantiles, double outcome) {
        count = fade * count + 1;
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < losses.length; i++) {
            double miss = outcome - quantiles[i];
            losses[i] = fade * losses[i] + Math.max(level * miss, (level - 1) * miss);
            least = Math.min(least, losses[i]);
        }
        double floor = Math.max(least, 1e-12 * count);
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            weights[i] = StrictMath.pow(floor / Math.max(floor, losses[i]), power);
            sum += weights[i];
        }
        for (int i = 0; i < weights.length; i++) {
            weights[i] /= sum;
        }
    }
}
