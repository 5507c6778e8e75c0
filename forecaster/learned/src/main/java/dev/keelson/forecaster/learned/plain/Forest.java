package dev.keelson.forecaster.learned.plain;

/**
 * Regression trees whose mean is the prediction (Breiman 2001), as flat arrays. Immutable.
 *
 * <p>Node j is {@code nodes[3j .. 3j+2]} = (feature, where to go at {@code x <= number}, where
 * else) and {@code numbers[j]}; feature -1 marks a leaf whose value is the number, feature -2 the
 * root of a tree: it leads to its second entry. Roots come first.
 */
public final class Forest {
    private static final int LEAF = -1;
    private static final int ROOT = -2;

    private final int[] nodes;
    private final double[] numbers;
    private final int trees;

    /** Refuses arrays that are no trees. */
    public Forest(int[] nodes, double[] numbers) {
        int count = numbers.length;
        if (nodes.length != 3 * count || count == 0) {
            throw new IllegalArgumentException(
                    "%d entries do not describe %d nodes.".formatted(nodes.length, count));
        }
        this.nodes = nodes.clone();
        this.numbers = numbers.clone();
        int roots = 0;
        while (roots < count && nodes[3 * roots] == ROOT) {
            roots++;
        }
        if (roots == 0) {
            throw new IllegalArgumentException("The forest has no tree.");
        }
        trees = roots;
        for (int j = 0; j < count; j++) {
            check(j, count);
        }
    }

    // A child always comes after its parent, so that walking down ends.
    private void check(int j, int count) {
        int feature = nodes[3 * j];
        boolean inside = feature >= 0 || feature == ROOT;
        boolean leads =
                feature == LEAF
                        || (nodes[3 * j + 1] > j
                                && nodes[3 * j + 1] < count
                                && nodes[3 * j + 2] > j
                                && nodes[3 * j + 2] < count);
        if (!(inside || feature == LEAF)
                || !leads
                || !Double.isFinite(numbers[j])
                || (feature == ROOT) != (j < trees)) {
            throw new IllegalArgumentException("Node %d of the forest cannot be.".formatted(j));
        }
    }

    /** Number of trees. */
    public int trees() {
        return trees;
    }

    /** A copy of the structure. */
    public int[] nodes() {
        return nodes.clone();
    }

    /** A copy of thresholds and leaf values. */
    public double[] numbers() {
        return numbers.clone();
    }

    /** The mean over the trees. */
    public double predict(double[] features) {
        double sum = 0;
        for (int root = 0; root < trees; root++) {
            int j = nodes[3 * root + 1];
            int feature = nodes[3 * j];
            while (feature != LEAF) {
                j = features[feature] <= numbers[j] ? nodes[3 * j + 1] : nodes[3 * j + 2];
                feature = nodes[3 * j];
            }
            sum += numbers[j];
        }
        return sum / trees;
    }
}
