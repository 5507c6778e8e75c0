package dev.keelson.forecaster.learned.djl;

import dev.keelson.forecaster.learned.network.SeriesInputs;
import dev.keelson.forecaster.learned.network.TrainingSeries;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Draws windows of random series as one batch. Not thread-safe: arrays are filled anew. */
final class TrainingWindows {
    private final List<TrainingSeries> series;
    private final int season;
    private final int context;
    private final int horizon;
    private final int batch;
    private final SplittableRandom random;
    private final float[] inputs;
    private final float[] targets;
    private final float[] counts;
    private int counted;

    TrainingWindows(
            List<TrainingSeries> series,
            int season,
            int context,
            int horizon,
            int batch,
            long seed) {
        this.series = new ArrayList<>();
        for (TrainingSeries one : series) {
            if (one.length() >= context + horizon) {
                this.series.add(one);
            }
        }
        if (this.series.isEmpty()) {
            throw new IllegalArgumentException(
                    "No series is as long as one window (%d steps).".formatted(context + horizon));
        }
        this.season = season;
        this.context = context;
        this.horizon = horizon;
        this.batch = batch;
        random = new SplittableRandom(seed);
        int length = context + horizon;
        inputs = new float[batch * length * SeriesInputs.WIDTH];
        targets = new float[batch * length];
        counts = new float[batch * length];
    }

    void next() {
        counted = 0;
        while (counted == 0) {
            for (int b = 0; b < batch; b++) {
                fill(b);
            }
        }
    }

    private void fill(int b) {
        TrainingSeries one = series.get(random.nextInt(series.size()));
        double[] values = one.shared();
        int length = context + horizon;
        int from = random.nextInt(values.length - length + 1);
        SeriesInputs scaled = SeriesInputs.of(values, from, from + context, season, one.first());
        int at = b * length;
        Arrays.fill(counts, at, at + length, 0);
        for (int t = 0; t < length; t++) {
            scaled.fill(values, from + t, inputs, (at + t) * SeriesInputs.WIDTH);
            double value = values[from + t];
            // A gap teaches nothing; the first half of the context only warms the state up.
            boolean counts = !Double.isNaN(value) && t >= context / 2;
            targets[at + t] =
                    counts ? (float) Math.max(-50, Math.min(50, scaled.scaled(value))) : 0;
            this.counts[at + t] = counts ? 1 : 0;
            counted += counts ? 1 : 0;
        }
    }

    int batch() {
        return batch;
    }

    /** {@code [batch][context + horizon][SeriesInputs.WIDTH]}. */
    float[] inputs() {
        return inputs;
    }

    /** {@code [batch][context + horizon]}, scaled. */
    float[] targets() {
        return targets;
    }

    /** 1 where the loss counts. */
    float[] counts() {
        return counts;
    }

    int counted() {
        return counted;
    }
}
