package dev.keelson.simulator.engine.steptime;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Measured times of the attention kernel over prompt chunk, its history, decoding sequences and
 * their context.
 *
 * <p>Chunk and number of sequences pick up to four tables over history and context; the result is
 * linear between them. The profile has two series of chunk sizes whose tables start at different
 * contexts; only tables that start below the question are used, so that nothing is guessed
 * downwards.
 */
public final class AttentionTable {
    private final double[] chunks;
    private final List<Slices> byChunk;

    /** The tables of one chunk size, by number of sequences. */
    private static final class Slices {
        private final double[] counts;
        private final List<Grid> grids;

        Slices(double[] counts, List<Grid> grids) {
            this.counts = counts;
            this.grids = grids;
        }

        double[] counts() {
            return counts;
        }

        List<Grid> grids() {
            return grids;
        }
    }

    private AttentionTable(double[] chunks, List<Slices> byChunk) {
        this.chunks = chunks;
        this.byChunk = byChunk;
    }

    /** Collects the rows of a table. Not thread-safe. */
    public static final class Builder {
        private final SortedMap<
                        Integer, TreeMap<Integer, TreeMap<Integer, TreeMap<Integer, Double>>>>
                points = new TreeMap<>();

        /** Adds one measurement; times in microseconds. */
        public void add(int chunk, int history, int sequences, int context, double micros) {
            points.computeIfAbsent(chunk, _ -> new TreeMap<>())
                    .computeIfAbsent(sequences, _ -> new TreeMap<>())
                    .computeIfAbsent(history, _ -> new TreeMap<>())
                    .put(context, micros);
        }

        /** The table of what was added. */
        public AttentionTable build() {
            double[] chunks = points.keySet().stream().mapToDouble(i -> i).toArray();
            var byChunk = new ArrayList<Slices>();
            for (var counts : points.values()) {
                var grids = new ArrayList<Grid>();
                counts.values().forEach(grid -> grids.add(Grid.of(grid)));
                byChunk.add(
                        new Slices(
                                counts.keySet().stream().mapToDouble(i -> i).toArray(),
                                List.copyOf(grids)));
            }
            return new AttentionTable(chunks, List.copyOf(byChunk));
        }
    }

    /** Time of one layer in microseconds. */
    public double micros(double chunk, double history, double sequences, double context) {
        if (sequences == 0) {
            return chunk == 0 ? 0 : alongChunks(chunk, history, 0, 0);
        }
        if (chunk == 0) {
            int pureDecode = indexOf(0);
            return pureDecode < 0
                    ? alongChunks(1, 0, sequences, context)
                    : alongCounts(byChunk.get(pureDecode), 0, sequences, context);
        }
        return alongChunks(chunk, history, sequences, context);
    }

    private double alongChunks(double chunk, double history, double sequences, double context) {
        int low = -1;
        int high = -1;
        for (int i = 0; i < chunks.length; i++) {
            if (chunks[i] == 0 || !answers(byChunk.get(i), history, sequences, context)) {
                continue;
            }
            if (chunks[i] <= chunk || low < 0) {
                low = i;
            } else {
                high = i;
                break;
            }
        }
        if (low < 0) {
            throw new IllegalStateException(
                    "The attention table has no row for a chunk of %.0f, history %.0f, %.0f sequences of context %.0f."
                            .formatted(chunk, history, sequences, context));
        }
        double below = alongCounts(byChunk.get(low), history, sequences, context);
        if (high < 0 || chunks[low] >= chunk) {
            return chunks[low] >= chunk ? below : below * chunk / chunks[low];
        }
        double above = alongCounts(byChunk.get(high), history, sequences, context);
        return below + (above - below) * (chunk - chunks[low]) / (chunks[high] - chunks[low]);
    }

    private static boolean answers(
            Slices slices, double history, double sequences, double context) {
        for (int i = 0; i < slices.counts().length; i++) {
            boolean kind = sequences == 0 ? slices.counts()[i] == 0 : slices.counts()[i] > 0;
            if (kind && slices.grids().get(i).coversFromBelow(history, context)) {
                return true;
            }
        }
        return false;
    }

    private static double alongCounts(
            Slices slices, double history, double sequences, double context) {
        double[] counts = slices.counts();
        int low = -1;
        int high = -1;
        int beforeLow = -1;
        for (int i = 0; i < counts.length; i++) {
            boolean kind = sequences == 0 ? counts[i] == 0 : counts[i] > 0;
            var grid = slices.grids().get(i);
            if (!kind
                    || !grid.coversFromBelow(history, context)
                    || !grid.reachesRow(Math.min(history, 16_384))) {
                continue;
            }
            if (counts[i] <= sequences || low < 0) {
                beforeLow = low;
                low = i;
            } else {
                high = i;
                break;
            }
        }
        if (low < 0) {
            return slices.grids().getLast().at(history, context);
        }
        double below = slices.grids().get(low).at(history, context);
        if (counts[low] >= sequences) {
            return below;
        }
        int other = high >= 0 ? high : beforeLow;
        if (other < 0) {
            return below;
        }
        double beyond = slices.grids().get(other).at(history, context);
        return Math.max(
                0,
                below
                        + (beyond - below)
                                * (sequences - counts[low])
                                / (counts[other] - counts[low]));
    }

    private int indexOf(int chunk) {
        for (int i = 0; i < chunks.length; i++) {
            if (chunks[i] == chunk) {
                return i;
            }
        }
        return -1;
    }
}
