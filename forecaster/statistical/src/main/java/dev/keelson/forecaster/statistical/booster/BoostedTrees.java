package dev.keelson.forecaster.statistical.booster;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;

/**
 * A boosted model of one quantile. Node j of tree t lies at t·(leaves−1)+j; a child below zero is
 * the leaf with its complement. Immutable once trained.
 */
public final class BoostedTrees {
    private static final int MAGIC = 0x4B514231; // KQB1
    private static final int BLOCK = 256;

    final int trees;
    final int leaves;
    final int features;
    float start;
    final byte[] feature;
    final byte[] bin;
    final boolean[] missingLeft;
    final float[] threshold;
    final byte[] left;
    final byte[] right;
    final float[] leaf;
    final byte[] nodes;

    BoostedTrees(int trees, int leaves, int features) {
        this.trees = trees;
        this.leaves = leaves;
        this.features = features;
        int size = trees * (leaves - 1);
        feature = new byte[size];
        bin = new byte[size];
        missingLeft = new boolean[size];
        threshold = new float[size];
        left = new byte[size];
        right = new byte[size];
        leaf = new float[trees * leaves];
        nodes = new byte[trees];
    }

    /** How many features a row has. */
    public int features() {
        return features;
    }

    /**
     * The quantile for each row.
     *
     * @param rows rows × features, row after row
     */
    public float[] predict(float[] rows) {
        if (rows.length % features != 0) {
            throw new IllegalArgumentException(
                    "%d values are no rows of %d features.".formatted(rows.length, features));
        }
        float[] result = new float[rows.length / features];
        Arrays.fill(result, start);
        // Some rows through all trees: the trees stay in the cache.
        for (int from = 0; from < result.length; from += BLOCK) {
            int to = Math.min(result.length, from + BLOCK);
            for (int tree = 0; tree < trees; tree++) {
                addTree(tree, rows, from, to, result);
            }
        }
        return result;
    }

    private void addTree(int tree, float[] rows, int from, int to, float[] result) {
        int base = tree * (leaves - 1);
        int root = nodes[tree] == 0 ? -1 : 0;
        for (int row = from; row < to; row++) {
            int node = root;
            while (node >= 0) {
                int at = base + node;
                float value = rows[row * features + feature[at]];
                boolean goesLeft =
                        value <= threshold[at] || (Float.isNaN(value) && missingLeft[at]);
                node = goesLeft ? left[at] : right[at];
            }
            result[row] += leaf[tree * leaves + ~node];
        }
    }

    /** Adds a tree to the scores of binned rows that it did not learn from. */
    void addTree(int tree, BinnedRows rows, int[] chosen, int count, float[] scores) {
        int base = tree * (leaves - 1);
        int root = nodes[tree] == 0 ? -1 : 0;
        for (int k = 0; k < count; k++) {
            int row = chosen[k];
            int node = root;
            while (node >= 0) {
                int at = base + node;
                int value = rows.columns[feature[at]][row] & 255;
                boolean goesLeft = value == 0 ? missingLeft[at] : value <= (bin[at] & 255);
                node = goesLeft ? left[at] : right[at];
            }
            scores[row] += leaf[tree * leaves + ~node];
        }
    }

    /** Writes the model; the same model gives the same bytes. */
    public void write(DataOutputStream out) throws IOException {
        out.writeInt(MAGIC);
        out.writeInt(trees);
        out.writeInt(leaves);
        out.writeInt(features);
        out.writeFloat(start);
        for (int tree = 0; tree < trees; tree++) {
            out.writeByte(nodes[tree]);
            for (int node = 0; node < nodes[tree]; node++) {
                int at = tree * (leaves - 1) + node;
                out.writeByte(feature[at]);
                out.writeBoolean(missingLeft[at]);
                out.writeFloat(threshold[at]);
                out.writeByte(left[at]);
                out.writeByte(right[at]);
            }
            for (int k = 0; k <= nodes[tree]; k++) {
                out.writeFloat(leaf[tree * leaves + k]);
            }
        }
    }

    /** Reads what {@link #write} wrote; anything else is an {@link IOException}. */
    public static BoostedTrees read(DataInputStream in) throws IOException {
        if (in.readInt() != MAGIC) {
            throw new IOException("These bytes are no boosted trees of this version.");
        }
        int trees = in.readInt();
        int leaves = in.readInt();
        int features = in.readInt();
        if (trees < 1 || trees > 100_000 || leaves < 2 || leaves > 127) {
            throw new IOException("%d trees of %d leaves cannot be.".formatted(trees, leaves));
        }
        if (features < 1 || features > 127) {
            throw new IOException("%d features cannot be.".formatted(features));
        }
        BoostedTrees model = new BoostedTrees(trees, leaves, features);
        model.start = in.readFloat();
        for (int tree = 0; tree < trees; tree++) {
            model.readTree(tree, in);
        }
        return model;
    }

    private void readTree(int tree, DataInputStream in) throws IOException {
        int count = in.readByte();
        if (count < 0 || count >= leaves) {
            throw new IOException("Tree %d has %d nodes.".formatted(tree, count));
        }
        nodes[tree] = (byte) count;
        for (int node = 0; node < count; node++) {
            int at = tree * (leaves - 1) + node;
            feature[at] = in.readByte();
            missingLeft[at] = in.readBoolean();
            threshold[at] = in.readFloat();
            left[at] = in.readByte();
            right[at] = in.readByte();
            // A child above its parent or out of range would loop or fail at the first row.
            if (feature[at] < 0
                    || feature[at] >= features
                    || !isChild(left[at], node, count)
                    || !isChild(right[at], node, count)) {
                throw new IOException("Node %d of tree %d is damaged.".formatted(node, tree));
            }
        }
        for (int k = 0; k <= count; k++) {
            leaf[tree * leaves + k] = in.readFloat();
        }
    }

    private static boolean isChild(int child, int parent, int nodes) {
        return child < 0 ? ~child <= nodes : child > parent && child < nodes;
    }
}
