package dev.keelson.forecaster.statistical.global;

import dev.keelson.forecaster.series.ForecastTask;
import dev.keelson.forecaster.statistical.feature.Anchor;
import dev.keelson.forecaster.statistical.feature.FeatureRecipe;
import dev.keelson.forecaster.statistical.feature.History;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Rows drawn from many series: origins at a stride that is no part of a season, a few steps ahead
 * from each, newer ones with more weight.
 */
final class TrainingRows {
    private static final int MOST_ROWS = 80_000;
    private static final int AHEAD_PER_ORIGIN = 8;
    private static final double HALF_LIFE_SEASONS = 17;
    private static final int FIRST_SEASONS = 9;

    private final int width;
    private float[] features;
    private float[] targets;
    private float[] weights;
    private int size;

    private TrainingRows(int width) {
        this.width = width;
        features = new float[width * 1024];
        targets = new float[1024];
        weights = new float[1024];
    }

    static TrainingRows of(
            List<History> histories, FeatureRecipe recipe, ForecastTask task, int season) {
        TrainingRows rows = new TrainingRows(recipe.features());
        int horizon = task.horizon();
        int perOrigin = Math.min(AHEAD_PER_ORIGIN, horizon);
        long steps = 0;
        for (History history : histories) {
            steps += Math.max(0, history.size() - horizon - first(history, season));
        }
        int stride = (int) Math.max(1, (steps * perOrigin + MOST_ROWS - 1) / MOST_ROWS);
        if (stride > 1 && season % stride == 0) {
            stride++;
        }
        var random = new SplittableRandom(task.seed());
        int[] ahead = new int[horizon];
        for (History history : histories) {
            for (int origin = history.size() - 1 - horizon;
                    origin > first(history, season);
                    origin -= stride) {
                draw(ahead, perOrigin, random);
                for (int k = 0; k < perOrigin; k++) {
                    rows.add(history, recipe, origin, ahead[k], season);
                }
            }
        }
        return rows;
    }

    private static int first(History history, int season) {
        return Math.min(FIRST_SEASONS * season, history.size() / 3);
    }

    /** Puts that many different steps ahead in front. */
    private static void draw(int[] ahead, int count, SplittableRandom random) {
        Arrays.setAll(ahead, i -> i + 1);
        for (int k = 0; k < count; k++) {
            int other = k + random.nextInt(ahead.length - k);
            int step = ahead[k];
            ahead[k] = ahead[other];
            ahead[other] = step;
        }
    }

    private void add(History history, FeatureRecipe recipe, int origin, int ahead, int season) {
        double value = history.at(origin + ahead);
        if (Double.isNaN(value)) {
            return;
        }
        if (size == targets.length) {
            features = Arrays.copyOf(features, features.length * 2);
            targets = Arrays.copyOf(targets, size * 2);
            weights = Arrays.copyOf(weights, size * 2);
        }
        @Nullable Anchor anchor = recipe.row(history, origin, ahead, ahead, features, size * width);
        if (anchor == null) {
            return;
        }
        targets[size] = (float) anchor.target(value);
        double age = (history.size() - origin) / (HALF_LIFE_SEASONS * season);
        weights[size] = (float) StrictMath.pow(.5, age);
        size++;
    }

    int size() {
        return size;
    }

    float[] features() {
        return Arrays.copyOf(features, size * width);
    }

    float[] targets() {
        return Arrays.copyOf(targets, size);
    }

    float[] weights() {
        return Arrays.copyOf(weights, size);
    }
}
