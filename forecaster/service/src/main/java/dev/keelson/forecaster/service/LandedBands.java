package dev.keelson.forecaster.service;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** The newest outcomes beside what was forecast. Not thread-safe. */
final class LandedBands {
    private static final int MOST = 1_000;

    private final ArrayDeque<Outcome> outcomes = new ArrayDeque<>();

    private record Outcome(double value, double median, boolean inside80, boolean inside95) {}

    void add(double[] sorted, double value) {
        outcomes.addLast(
                new Outcome(
                        value,
                        quantile(sorted, .5),
                        quantile(sorted, .1) <= value && value <= quantile(sorted, .9),
                        quantile(sorted, .025) <= value && value <= quantile(sorted, .975)));
        if (outcomes.size() > MOST) {
            outcomes.removeFirst();
        }
    }

    @Nullable Score score() {
        if (outcomes.isEmpty()) {
            return null;
        }
        double off = 0;
        double above = 0;
        double sum = 0;
        int inside80 = 0;
        int inside95 = 0;
        for (Outcome outcome : outcomes) {
            off += Math.abs(outcome.value() - outcome.median());
            above += outcome.median() - outcome.value();
            sum += Math.abs(outcome.value());
            inside80 += outcome.inside80() ? 1 : 0;
            inside95 += outcome.inside95() ? 1 : 0;
        }
        double scale = Math.max(1e-9, sum);
        int n = outcomes.size();
        return new Score(
                n, off / scale, above / scale, inside80 / (double) n, inside95 / (double) n);
    }

    private static double quantile(double[] sorted, double level) {
        double at = (sorted.length - 1) * level;
        int below = (int) at;
        int above = Math.min(sorted.length - 1, below + 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }
}
