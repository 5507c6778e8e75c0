package dev.keelson.forecaster.learned.smile;

import dev.keelson.forecaster.learned.plain.Forest;
import dev.keelson.forecaster.learned.plain.StepFeatures;

/** A random forest of what the next value is above or below its level. */
public record LevelForest(Forest model, StepFeatures features) {
    private static final int MOST_ROWS = 2_000;

    /**
     * Trains one on the newest values.
     *
     * @param values at equal steps, without gaps
     * @param length of the values, how many are known; more than {@link StepFeatures#LEAST_HISTORY}
     */
    public static LevelForest train(
            StepFeatures features, double[] values, int length, int trees, long seed) {
        int from = Math.max(StepFeatures.LEAST_HISTORY, length - MOST_ROWS);
        double[][] rows = new double[length - from][];
        double[] targets = new double[rows.length];
        for (int t = from; t < length; t++) {
            rows[t - from] = features.row(values, t);
            targets[t - from] = values[t] - StepFeatures.level(values, t);
        }
        return new LevelForest(
                SmileTrainer.forest(
                        rows, targets, new SmileTrainer.ForestSettings(trees, 12, 10, 1, seed)),
                features);
    }

    /** The value of a step, from those before it. */
    public double predict(double[] values, int t) {
        return StepFeatures.level(values, t) + model.predict(features.row(values, t));
    }
}
