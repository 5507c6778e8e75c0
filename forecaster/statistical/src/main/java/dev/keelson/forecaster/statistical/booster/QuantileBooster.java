package dev.keelson.forecaster.statistical.booster;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Boosts one quantile level: each tree follows the gradient of the pinball loss, then each leaf is
 * set to the weighted quantile of its residuals (Friedman 2001, §4.4, for any quantile). Trees grow
 * leaf-wise on histograms; the sibling's histogram comes by subtraction. Gradients and weights are
 * whole numbers packed into one long, so that no order of summation can change a bit.
 */
public final class QuantileBooster {
    private final BinnedRows rows;
    private final float[] target;
    private final double level;
    private final BoosterSettings settings;
    private final SplittableRandom random;
    private final int[] weights;
    private final float[] scores;
    private final float[] residuals;
    private final int[] residualWeights;
    private final long[] gradients;
    private final int[] inBag;
    private final int[] outOfBag;
    private final int[] features;
    private final int[] used;

    private QuantileBooster(
            BinnedRows rows,
            float[] target,
            float[] weight,
            double level,
            BoosterSettings settings) {
        int size = rows.rows();
        this.rows = rows;
        this.target = target;
        this.level = level;
        this.settings = settings;
        random = new SplittableRandom(settings.seed() * 1_000_003 + Math.round(level * 1_000));
        weights = wholeWeights(weight);
        scores = new float[size];
        residuals = new float[size];
        residualWeights = new int[size];
        gradients = new long[size];
        inBag = new int[size];
        outOfBag = new int[size];
        features = new int[rows.features()];
        Arrays.setAll(features, i -> i);
        used = new int[Math.max(1, (int) Math.round(features.length * settings.featureShare()))];
    }

    /**
     * Trains one level.
     *
     * @param target one per row
     * @param weight one per row, positive
     * @param level in (0, 1)
     */
    public static BoostedTrees train(
            BinnedRows rows,
            float[] target,
            float[] weight,
            double level,
            BoosterSettings settings) {
        if (rows.rows() == 0
                || target.length != rows.rows()
                || weight.length != rows.rows()
                || rows.slots() != settings.bins() + 1) {
            throw new IllegalArgumentException(
                    "%d rows in %d bins, %d targets, %d weights, settings for %d bins."
                            .formatted(
                                    rows.rows(),
                                    rows.slots() - 1,
                                    target.length,
                                    weight.length,
                                    settings.bins()));
        }
        return new QuantileBooster(rows, target, weight, level, settings).train();
    }

    /** Weights as whole numbers whose sum stays below 2³¹. */
    private static int[] wholeWeights(float[] weight) {
        double largest = 0;
        for (float w : weight) {
            largest = Math.max(largest, w);
        }
        double scale = Math.floor(2_147_483_000.0 / (weight.length * largest));
        int[] whole = new int[weight.length];
        for (int i = 0; i < whole.length; i++) {
            whole[i] = (int) Math.round(weight[i] * scale);
        }
        return whole;
    }

    private BoostedTrees train() {
        BoostedTrees model = new BoostedTrees(settings.trees(), settings.leaves(), rows.features());
        System.arraycopy(target, 0, residuals, 0, target.length);
        System.arraycopy(weights, 0, residualWeights, 0, weights.length);
        model.start = WeightedQuantile.of(residuals, residualWeights, target.length, level);
        Arrays.fill(scores, model.start);
        TreeGrower grower = new TreeGrower(rows, settings, model);
        for (int tree = 0; tree < settings.trees(); tree++) {
            int count = drawRows();
            drawFeatures();
            long total = gradients(count);
            grower.grow(tree, inBag, count, used, gradients, total);
            renewLeaves(tree, model, grower);
            model.addTree(tree, rows, outOfBag, target.length - count, scores);
        }
        return model;
    }

    private int drawRows() {
        int in = 0;
        int out = 0;
        for (int row = 0; row < target.length; row++) {
            if (random.nextDouble() < settings.rowShare()) {
                inBag[in++] = row;
            } else {
                outOfBag[out++] = row;
            }
        }
        return in;
    }

    private void drawFeatures() {
        for (int k = 0; k < used.length; k++) {
            int other = k + random.nextInt(features.length - k);
            int feature = features[k];
            features[k] = features[other];
            features[other] = feature;
        }
        System.arraycopy(features, 0, used, 0, used.length);
        Arrays.sort(used);
    }

    /** Packs gradient and weight of each row in the bag; the sum of both. */
    private long gradients(int count) {
        long total = 0;
        for (int k = 0; k < count; k++) {
            int row = inBag[k];
            double slope = scores[row] >= target[row] ? 1 - level : -level;
            gradients[row] = (Math.round(slope * weights[row]) << 32) + weights[row];
            total += gradients[row];
        }
        return total;
    }

    private void renewLeaves(int tree, BoostedTrees model, TreeGrower grower) {
        for (int leaf = 0; leaf < grower.leafCount(); leaf++) {
            int from = grower.begin(leaf);
            int count = grower.count(leaf);
            for (int k = 0; k < count; k++) {
                int row = inBag[from + k];
                residuals[k] = target[row] - scores[row];
                residualWeights[k] = weights[row];
            }
            float value =
                    count == 0
                            ? 0
                            : (float)
                                    (WeightedQuantile.of(residuals, residualWeights, count, level)
                                            * settings.rate());
            model.leaf[tree * model.leaves + leaf] = value;
            for (int k = from; k < from + count; k++) {
                scores[inBag[k]] += value;
            }
        }
    }
}
