package dev.keelson.forecaster.learned.registry;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is known about a trained model without running it.
 *
 * @param name unique in a registry, such as {@code chat-deepar-000012}
 * @param kind what the payload holds
 * @param window what it was trained on
 * @param statistics of the training values
 * @param losses by name, in the unit of the series or as a ratio, as the name says
 * @param trainedAtEpochMilli clock of the training process
 * @param producer version of the program that trained it
 * @param seed of everything drawn while training
 */
public record ModelCard(
        String name,
        ModelKind kind,
        TrainingWindow window,
        Statistics statistics,
        SortedMap<String, Double> losses,
        long trainedAtEpochMilli,
        String producer,
        long seed) {

    /** Copies the losses. */
    public ModelCard {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,120}")) {
            throw new IllegalArgumentException(
                    "The model's name (%s) must be letters, digits, '.', '_' and '-'."
                            .formatted(name));
        }
        losses = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(losses));
    }

    /**
     * The stretch of time that a model has seen.
     *
     * @param series their names, sorted
     * @param fromEpochSecond time of the first value
     * @param toEpochSecond time after the last one: what came later is unknown to the model
     * @param stepSeconds time between two values
     * @param values observed values in it, gaps not counted
     */
    public record TrainingWindow(
            List<String> series,
            long fromEpochSecond,
            long toEpochSecond,
            long stepSeconds,
            long values) {
        /** Sorts and copies the names. */
        public TrainingWindow {
            series = series.stream().sorted().toList();
        }
    }

    /**
     * Moments of the training values, for telling whether today looks like them.
     *
     * @param mean of the values
     * @param deviation standard deviation
     * @param least smallest value
     * @param most largest value
     */
    public record Statistics(double mean, double deviation, double least, double most) {
        /** Of values, NaN left out; all NaN when nothing is left. */
        public static Statistics of(double[] values) {
            int count = 0;
            double sum = 0;
            double least = Double.POSITIVE_INFINITY;
            double most = Double.NEGATIVE_INFINITY;
            for (double value : values) {
                if (!Double.isNaN(value)) {
                    count++;
                    sum += value;
                    least = Math.min(least, value);
                    most = Math.max(most, value);
                }
            }
            if (count == 0) {
                return new Statistics(Double.NaN, Double.NaN, Double.NaN, Double.NaN);
            }
            double mean = sum / count;
            double squares = 0;
            for (double value : values) {
                if (!Double.isNaN(value)) {
                    squares += (value - mean) * (value - mean);
                }
            }
            return new Statistics(mean, Math.sqrt(squares / count), least, most);
        }
    }
}
