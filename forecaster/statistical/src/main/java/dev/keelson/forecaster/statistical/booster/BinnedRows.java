package dev.keelson.forecaster.statistical.booster;

import java.util.Arrays;

/**
 * Training rows with every feature cut into byte bins. Bin 0 is for missing values, bin b for those
 * above edge b−2 and up to edge b−1. Immutable once made; the arrays are shared with the trainer.
 */
public final class BinnedRows {
    private final int rows;
    private final int bins;
    final float[][] edges;
    final byte[][] columns;
    final boolean[] hasMissing;

    private BinnedRows(int rows, int bins, float[][] edges, byte[][] columns) {
        this.rows = rows;
        this.bins = bins;
        this.edges = edges;
        this.columns = columns;
        this.hasMissing = new boolean[columns.length];
        for (int feature = 0; feature < columns.length; feature++) {
            for (byte bin : columns[feature]) {
                hasMissing[feature] |= bin == 0;
            }
        }
    }

    /**
     * Cuts rows into bins of about equal counts.
     *
     * @param values rows × features, row after row; {@code NaN} is missing
     * @param bins most bins of a feature
     */
    public static BinnedRows of(float[] values, int features, int bins) {
        if (features < 1 || features > 127 || values.length % features != 0) {
            throw new IllegalArgumentException(
                    "%d values are no rows of %d features.".formatted(values.length, features));
        }
        int rows = values.length / features;
        float[][] edges = new float[features][];
        byte[][] columns = new byte[features][rows];
        float[] column = new float[rows];
        for (int feature = 0; feature < features; feature++) {
            int present = 0;
            for (int row = 0; row < rows; row++) {
                float value = values[row * features + feature];
                if (!Float.isNaN(value)) {
                    column[present++] = value;
                }
            }
            Arrays.sort(column, 0, present);
            edges[feature] = edges(column, present, bins - 1);
            for (int row = 0; row < rows; row++) {
                columns[feature][row] =
                        (byte) bin(edges[feature], values[row * features + feature]);
            }
        }
        return new BinnedRows(rows, bins, edges, columns);
    }

    /** Upper edges between sorted values, at most one fewer than there are bins. */
    private static float[] edges(float[] sorted, int count, int bins) {
        int distinct = count == 0 ? 0 : 1;
        for (int i = 1; i < count; i++) {
            distinct += sorted[i] == sorted[i - 1] ? 0 : 1;
        }
        boolean all = distinct <= bins;
        double share = (double) count / bins;
        double next = share;
        float[] edges = new float[bins];
        int size = 0;
        for (int i = 0; i + 1 < count && size < bins - 1; i++) {
            if (sorted[i] != sorted[i + 1] && (all || i + 1 >= next)) {
                float middle = (float) ((sorted[i] + (double) sorted[i + 1]) / 2);
                edges[size++] = middle >= sorted[i + 1] ? sorted[i] : middle;
                // What is left is shared anew: a value with many rows must not use up the bins.
                next =
                        Math.max(
                                next + share,
                                i + 1 + (double) (count - i - 1) / Math.max(1, bins - size) * .999);
            }
        }
        return Arrays.copyOf(edges, size);
    }

    private static int bin(float[] edges, float value) {
        if (Float.isNaN(value)) {
            return 0;
        }
        int low = 0;
        int high = edges.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (value <= edges[middle]) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low + 1;
    }

    /** How many rows. */
    public int rows() {
        return rows;
    }

    /** How many features. */
    public int features() {
        return columns.length;
    }

    /** Slots of a feature's histogram. */
    int slots() {
        return bins + 1;
    }
}
