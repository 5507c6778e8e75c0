package dev.keelson.forecaster.statistical.booster;

import java.util.Arrays;

/** Grows one tree at a time, the leaf with the largest gain first. Mutable, one thread. */
final class TreeGrower {
    private final BinnedRows rows;
    private final BoosterSettings settings;
    private final BoostedTrees model;
    private final int[] moved;
    private final long[] ordered;
    private final long[][] histograms;
    private final int[] begin;
    private final int[] count;
    private final long[] total;
    private final int[] parent;
    private final Split[] best;
    private int leafCount;
    private int[] order = new int[0];
    private int[] used = new int[0];
    private long[] gradients = new long[0];
    private double needWeight;

    /** The best cut of a leaf so far; no gain, no cut. */
    private static final class Split {
        private int feature;
        private int bin;
        private boolean missingLeft;
        private double gain;
    }

    TreeGrower(BinnedRows rows, BoosterSettings settings, BoostedTrees model) {
        this.rows = rows;
        this.settings = settings;
        this.model = model;
        moved = new int[rows.rows()];
        ordered = new long[rows.rows()];
        histograms = new long[settings.leaves()][rows.features() * rows.slots()];
        begin = new int[settings.leaves()];
        count = new int[settings.leaves()];
        total = new long[settings.leaves()];
        parent = new int[settings.leaves()];
        best = new Split[settings.leaves()];
        Arrays.setAll(best, i -> new Split());
    }

    int leafCount() {
        return leafCount;
    }

    int begin(int leaf) {
        return begin[leaf];
    }

    int count(int leaf) {
        return count[leaf];
    }

    /**
     * Grows a tree over some rows, which it puts in the order of its leaves.
     *
     * @param order row numbers; the first {@code size} count
     * @param used the features that may cut
     * @param gradients per row, gradient above and weight below bit 32
     * @param sum of the gradients
     */
    void grow(int tree, int[] order, int size, int[] used, long[] gradients, long sum) {
        this.order = order;
        this.used = used;
        this.gradients = gradients;
        // Weight stands for rows, as LightGBM's min_data_in_leaf does for unequal weights.
        needWeight = size == 0 ? 0 : settings.minRows() * (weight(sum) / size);
        begin[0] = 0;
        count[0] = size;
        total[0] = sum;
        parent[0] = -1;
        leafCount = 1;
        fill(histograms[0], 0, size);
        find(0);
        int node = 0;
        while (leafCount < settings.leaves()) {
            int leaf = richest();
            if (leaf < 0) {
                break;
            }
            cut(tree, node++, leaf, leafCount++);
        }
        model.nodes[tree] = (byte) node;
    }

    private int richest() {
        int richest = -1;
        double gain = 0;
        for (int leaf = 0; leaf < leafCount; leaf++) {
            if (best[leaf].gain > gain) {
                gain = best[leaf].gain;
                richest = leaf;
            }
        }
        return richest;
    }

    private void cut(int tree, int node, int leaf, int fresh) {
        Split split = best[leaf];
        note(tree, node, leaf, fresh, split);
        int from = begin[leaf];
        int end = from + count[leaf];
        byte[] column = rows.columns[split.feature];
        int stay = from;
        int go = 0;
        long leftSum = 0;
        for (int k = from; k < end; k++) {
            int row = order[k];
            int value = column[row] & 255;
            if (value == 0 ? split.missingLeft : value <= split.bin) {
                order[stay++] = row;
                leftSum += gradients[row];
            } else {
                moved[go++] = row;
            }
        }
        System.arraycopy(moved, 0, order, stay, go);
        begin[fresh] = stay;
        count[fresh] = go;
        count[leaf] = stay - from;
        total[fresh] = total[leaf] - leftSum;
        total[leaf] = leftSum;
        if (fresh + 1 < settings.leaves()) {
            renewHistograms(leaf, fresh);
            find(leaf);
            find(fresh);
        }
    }

    private void note(int tree, int node, int leaf, int fresh, Split split) {
        int base = tree * (model.leaves - 1);
        int at = base + node;
        float[] edges = rows.edges[split.feature];
        model.feature[at] = (byte) split.feature;
        model.bin[at] = (byte) split.bin;
        model.missingLeft[at] = split.missingLeft;
        model.threshold[at] = edges[split.bin - 1];
        if (parent[leaf] >= 0) {
            int above = base + parent[leaf];
            if (model.left[above] == ~leaf) {
                model.left[above] = (byte) node;
            } else {
                model.right[above] = (byte) node;
            }
        }
        model.left[at] = (byte) ~leaf;
        model.right[at] = (byte) ~fresh;
        parent[leaf] = node;
        parent[fresh] = node;
    }

    /** The smaller part is counted, the larger one is what remains of the parent. */
    private void renewHistograms(int leaf, int fresh) {
        int small = count[leaf] <= count[fresh] ? leaf : fresh;
        int large = small == leaf ? fresh : leaf;
        if (large == fresh) {
            long[] whole = histograms[leaf];
            histograms[leaf] = histograms[fresh];
            histograms[fresh] = whole;
        }
        fill(histograms[small], begin[small], count[small]);
        long[] less = histograms[small];
        long[] rest = histograms[large];
        int slots = rows.slots();
        for (int feature : used) {
            for (int k = feature * slots; k < (feature + 1) * slots; k++) {
                rest[k] -= less[k];
            }
        }
    }

    private void fill(long[] histogram, int from, int size) {
        for (int k = 0; k < size; k++) {
            ordered[k] = gradients[order[from + k]];
        }
        int slots = rows.slots();
        for (int feature : used) {
            fill(histogram, feature * slots, slots, rows.columns[feature], from, size);
        }
    }

    private void fill(long[] histogram, int offset, int slots, byte[] column, int from, int size) {
        Arrays.fill(histogram, offset, offset + slots, 0);
        for (int k = 0; k < size; k++) {
            histogram[offset + (column[order[from + k]] & 255)] += ordered[k];
        }
    }

    /** Looks for the cut with the largest drop of Σ gradient² ÷ weight. */
    private void find(int leaf) {
        Split split = best[leaf];
        split.gain = 0;
        double weight = weight(total[leaf]);
        if (weight < 2 * needWeight || weight <= 0) {
            return;
        }
        double gradient = total[leaf] >> 32;
        double floor = gradient * gradient / weight + 1e-9 * weight;
        for (int feature : used) {
            if (rows.hasMissing[feature]) {
                findIn(leaf, feature, true, gradient, weight, floor, split);
            }
            findIn(leaf, feature, false, gradient, weight, floor, split);
        }
    }

    private void findIn(
            int leaf,
            int feature,
            boolean missingLeft,
            double gradient,
            double weight,
            double floor,
            Split split) {
        long[] histogram = histograms[leaf];
        int offset = feature * rows.slots();
        int last = rows.edges[feature].length;
        long sum = missingLeft ? histogram[offset] : 0;
        for (int bin = 1; bin <= last; bin++) {
            sum += histogram[offset + bin];
            double leftWeight = weight(sum);
            double rightWeight = weight - leftWeight;
            if (leftWeight < needWeight || leftWeight <= 0) {
                continue;
            }
            if (rightWeight < needWeight || rightWeight <= 0) {
                break;
            }
            double left = sum >> 32;
            double right = gradient - left;
            double gain = left * left / leftWeight + right * right / rightWeight - floor;
            if (gain > split.gain) {
                split.gain = gain;
                split.feature = feature;
                split.bin = bin;
                split.missingLeft = missingLeft;
            }
        }
    }

    private static double weight(long packed) {
        return packed & 0xffffffffL;
    }
}
