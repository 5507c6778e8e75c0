package dev.keelson.simulator.engine.steptime;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How far a batch of decodes of unequal context lies between its mean and its longest: measured
 * shares, by kind of batch.
 *
 * <p>time = t(mean) + alpha x (t(longest) - t(mean)). The kinds are the profile's: prompt chunk,
 * sequences, share of heavy ones, longest context, history.
 */
public final class SkewTable {
    /**
     * One axis: upper edges, inclusive, and a label for each.
     *
     * @param edges ascending
     * @param labels as many as edges
     */
    public record Axis(List<Double> edges, List<String> labels) {
        public Axis {
            edges = List.copyOf(edges);
            labels = List.copyOf(labels);
            if (edges.size() != labels.size()) {
                throw new IllegalArgumentException(
                        "An axis of %d edges has %d labels; as many are needed."
                                .formatted(edges.size(), labels.size()));
            }
        }

        String label(double value) {
            for (int i = 0; i < edges.size(); i++) {
                if (value <= edges.get(i)) {
                    return labels.get(i);
                }
            }
            return labels.getLast();
        }
    }

    /** A kind of batch, in the profile's labels. */
    public record Kind(
            int chunk, String sequences, String heavyShare, String longest, String history) {}

    /** The four labelled axes. */
    public record Axes(Axis sequences, Axis heavyShare, Axis longest, Axis history) {}

    /** No correction. */
    public static final SkewTable NONE =
            new SkewTable(
                    new Axes(
                            new Axis(List.of(), List.of()),
                            new Axis(List.of(), List.of()),
                            new Axis(List.of(), List.of()),
                            new Axis(List.of(), List.of())),
                    Map.of(),
                    0);

    private final Axes axes;
    private final Map<Kind, Double> alphas;
    private final double fallback;
    private final int[] chunks;

    public SkewTable(Axes axes, Map<Kind, Double> alphas, double fallback) {
        this.axes = axes;
        this.alphas = new HashMap<>(alphas);
        this.fallback = fallback;
        this.chunks = alphas.keySet().stream().mapToInt(Kind::chunk).distinct().sorted().toArray();
    }

    /** The share for a batch; the fallback where its kind was not measured. */
    public double alpha(
            double chunk, int sequences, double heavyShare, int longest, double history) {
        if (alphas.isEmpty()) {
            return fallback;
        }
        var kind =
                new Kind(
                        nearest(chunk),
                        axes.sequences().label(sequences),
                        axes.heavyShare().label(heavyShare),
                        axes.longest().label(longest),
                        axes.history().label(history));
        return alphas.getOrDefault(kind, fallback);
    }

    private int nearest(double chunk) {
        int place = Arrays.binarySearch(chunks, (int) Math.round(chunk));
        if (place >= 0) {
            return chunks[place];
        }
        int above = Math.min(-place - 1, chunks.length - 1);
        int below = Math.max(0, above - 1);
        return chunk - chunks[below] <= chunks[above] - chunk ? chunks[below] : chunks[above];
    }
}
