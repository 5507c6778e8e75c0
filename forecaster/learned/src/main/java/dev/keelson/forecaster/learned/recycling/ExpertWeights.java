package dev.keelson.forecaster.learned.recycling;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How much each of many models is believed, by what its forecasts cost lately. Not thread-safe.
 *
 * <p>{@code w(i) ~ exp(-sharpness (L(i) - min L) / mean L)} over exponentially decayed mean losses
 * L (Hedge with a scale-free rate), then a share of all belief is spread evenly, so that a model
 * that was useless can come back (fixed share, Herbster and Warmuth 1998). A loss counts only once
 * the outcome has landed: the caller calls {@link #land} then. A model that gave no forecast for an
 * outcome keeps what it had.
 */
public final class ExpertWeights {
    private final double sharpness;
    private final double decay;
    private final double share;
    private final SortedMap<String, Standing> records = new TreeMap<>();

    private static final class Standing {
        private double loss;
        private double count;

        double mean() {
            return loss / count;
        }
    }

    /**
     * @param sharpness how fast belief falls with a loss above the least, as a share of the mean
     * @param halfLife landed outcomes after which a loss counts half
     * @param share of belief spread evenly, 0 to 1
     */
    public ExpertWeights(double sharpness, double halfLife, double share) {
        if (!(sharpness > 0 && halfLife > 0 && share >= 0 && share <= 1)) {
            throw new IllegalArgumentException(
                    "Sharpness (%s), half-life (%s) or share (%s) cannot be."
                            .formatted(sharpness, halfLife, share));
        }
        this.sharpness = sharpness;
        this.decay = StrictMath.pow(.5, 1 / halfLife);
        this.share = share;
    }

    /** The settings measured in docs/benchmarks.md: 8, half a season, 1 %. */
    public static ExpertWeights standard(int season) {
        return new ExpertWeights(8, Math.max(1, season / 2.0), .01);
    }

    /** A new model joins. It is believed like the best one at first, so that it gets its chance. */
    public void join(String model) {
        var joined = new Standing();
        for (Standing record : records.values()) {
            if (record.count > 0
                    && (joined.count == 0 || record.mean() < joined.loss / joined.count)) {
                joined.loss = record.loss;
                joined.count = record.count;
            }
        }
        records.putIfAbsent(model, joined);
    }

    /** A model leaves. */
    public void leave(String model) {
        records.remove(model);
    }

    /**
     * An outcome has landed.
     *
     * @param losses what each model's forecast of it cost, not negative; models that gave none are
     *     absent
     */
    public void land(Map<String, Double> losses) {
        for (var entry : losses.entrySet()) {
            Standing record = records.get(entry.getKey());
            double loss = entry.getValue();
            if (record == null || !(loss >= 0) || Double.isInfinite(loss)) {
                throw new IllegalArgumentException(
                        "The loss (%s) of %s cannot be counted.".formatted(loss, entry.getKey()));
            }
            record.loss = record.loss * decay + loss;
            record.count = record.count * decay + 1;
        }
    }

    /** The share of belief of each model, adding up to 1. */
    public SortedMap<String, Double> weights() {
        double least = Double.POSITIVE_INFINITY;
        double sum = 0;
        int counted = 0;
        for (Standing record : records.values()) {
            if (record.count > 0) {
                least = Math.min(least, record.mean());
                sum += record.mean();
                counted++;
            }
        }
        double mean = counted == 0 ? 0 : sum / counted;
        SortedMap<String, Double> weights = new TreeMap<>();
        double total = 0;
        for (var entry : records.entrySet()) {
            Standing record = entry.getValue();
            double above = record.count > 0 ? record.mean() - least : 0;
            double weight = mean > 0 ? StrictMath.exp(-sharpness * above / mean) : 1;
            weights.put(entry.getKey(), weight);
            total += weight;
        }
        double all = total;
        weights.replaceAll((model, weight) -> (1 - share) * weight / all + share / records.size());
        return weights;
    }
}
