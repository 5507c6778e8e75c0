package dev.keelson.runtime.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Figures of interleaved rounds: the median, and the least and the most. */
final class Rounds {
    private final List<Double> values = new ArrayList<>();

    void add(double value) {
        values.add(value);
    }

    double median() {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    /** Of each round the ratio to the same round of another. */
    Rounds over(Rounds other) {
        var ratios = new Rounds();
        for (int i = 0; i < values.size(); i++) {
            ratios.add(values.get(i) / other.values.get(i));
        }
        return ratios;
    }

    /** {@code MEDIAN (LEAST to MOST)}. */
    String text(String format) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        String all = format + " (" + format + " to " + format + ")";
        return String.format(Locale.ROOT, all, median(), sorted[0], sorted[sorted.length - 1]);
    }
}
