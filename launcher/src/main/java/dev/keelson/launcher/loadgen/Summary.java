package dev.keelson.launcher.loadgen;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Counts and quantiles over the outcomes of a run. Thread-safe. */
public final class Summary {
    private final List<Outcome> outcomes = new ArrayList<>();
    private int sent;

    /**
     * Bounds on what counts as good.
     *
     * @param ttft longest time to the first token, or null
     * @param tpot longest mean time per later token, or null
     */
    public record Slo(@Nullable Duration ttft, @Nullable Duration tpot) {
        boolean isMetBy(Outcome outcome) {
            return outcome.succeeded()
                    && within(outcome.ttftMillis(), ttft)
                    && within(outcome.tpotMillis(), tpot);
        }

        private static boolean within(double millis, @Nullable Duration bound) {
            return bound == null || Double.isNaN(millis) || millis <= bound.toNanos() / 1e6;
        }
    }

    synchronized void count() {
        sent++;
    }

    synchronized void add(Outcome outcome) {
        outcomes.add(outcome);
    }

    /**
     * The document of {@code loadgen --json}.
     *
     * @param ran how long the run took; goodput is per second of it
     */
    public synchronized ObjectNode toJson(Slo slo, Duration ran) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        long succeeded = outcomes.stream().filter(Outcome::succeeded).count();
        root.put("requests", sent).put("succeeded", succeeded).put("failed", sent - succeeded);
        var errors = new TreeMap<String, Integer>();
        outcomes.forEach(o -> {
            if (o.error() != null) {
                errors.merge(o.error(), 1, Integer::sum);
            }
        });
        ObjectNode errorsNode = root.putObject("errors");
        errors.forEach(errorsNode::put);
        root.set("ttftMs", quantiles(Outcome::ttftMillis));
        root.set("tpotMs", quantiles(Outcome::tpotMillis));
        root.set("e2eMs", quantiles(Outcome::e2eMillis));
        long good = outcomes.stream().filter(slo::isMetBy).count();
        double seconds = Math.max(1e-9, ran.toNanos() / 1e9);
        root.put("goodputPerSecond", rounded(good / seconds));
        root.put("outputTokens", outcomes.stream().mapToLong(Outcome::tokens).sum());
        root.putObject("timing").put("seconds", rounded(seconds));
        return root;
    }

    private ObjectNode quantiles(ToDoubleFunction<Outcome> value) {
        double[] sorted =
                outcomes.stream()
                        .filter(Outcome::succeeded)
                        .mapToDouble(value)
                        .filter(v -> !Double.isNaN(v))
                        .sorted()
                        .toArray();
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        for (int percent : new int[] {50, 95, 99}) {
            if (sorted.length == 0) {
                node.putNull("p" + percent);
            } else {
                node.put("p" + percent, rounded(quantile(sorted, percent / 100.0)));
            }
        }
        return node;
    }

    /** Nearest rank: the smallest value that at least the share q of all values does not exceed. */
    static double quantile(double[] sorted, double q) {
        int rank = (int) Math.ceil(q * sorted.length);
        return sorted[Math.max(1, rank) - 1];
    }

    private static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }
}
