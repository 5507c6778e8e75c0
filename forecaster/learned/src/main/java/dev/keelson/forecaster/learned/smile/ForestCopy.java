package dev.keelson.forecaster.learned.smile;

import dev.keelson.forecaster.learned.plain.Forest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import smile.data.Tuple;
import smile.data.type.StructType;
import smile.model.cart.InternalNode;
import smile.model.cart.Node;
import smile.model.cart.RegressionNode;
import smile.regression.RegressionTree;

/** Copies Smile's trees into flat arrays. */
final class ForestCopy {
    private static final int LEAF = -1;
    private static final int ROOT = -2;

    private final List<int[]> nodes = new ArrayList<>();
    private final List<Double> numbers = new ArrayList<>();

    private ForestCopy() {}

    static Forest of(RegressionTree[] trees) {
        var copy = new ForestCopy();
        for (int i = 0; i < trees.length; i++) {
            copy.add(ROOT, 0);
        }
        for (int i = 0; i < trees.length; i++) {
            int first = copy.tree(trees[i]);
            copy.nodes.set(i, new int[] {ROOT, first, first});
        }
        return copy.forest();
    }

    private record Open(Node node, int place) {}

    private int tree(RegressionTree tree) {
        StructType schema = tree.schema();
        double[] row = new double[schema.length()];
        Tuple tuple = Tuple.of(schema, row);
        int first = add(LEAF, 0);
        var open = new ArrayDeque<Open>();
        open.add(new Open(tree.root(), first));
        while (!open.isEmpty()) {
            Open next = open.remove();
            switch (next.node()) {
                case InternalNode inner -> {
                    int left = add(LEAF, 0);
                    int right = add(LEAF, 0);
                    nodes.set(next.place(), new int[] {inner.feature(), left, right});
                    numbers.set(next.place(), threshold(inner, tuple, row));
                    open.add(new Open(inner.trueChild(), left));
                    open.add(new Open(inner.falseChild(), right));
                }
                case RegressionNode leaf -> numbers.set(next.place(), leaf.output());
                default ->
                        throw new IllegalStateException(
                                "Smile grew a node of kind %s.".formatted(next.node().getClass()));
            }
        }
        return first;
    }

    /**
     * The largest value that goes left. Smile does not tell it, but {@code branch} is monotone, so
     * bisection over the doubles finds it exactly.
     */
    private static double threshold(InternalNode node, Tuple tuple, double[] row) {
        long low = ordered(-Double.MAX_VALUE);
        long high = ordered(Double.MAX_VALUE);
        while (low < high) {
            // The mean rounded up, without overflow.
            long middle = (low | high) - ((low ^ high) >> 1);
            row[node.feature()] = value(middle);
            if (node.branch(tuple)) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        row[node.feature()] = 0;
        return value(low);
    }

    // Doubles in numeric order as whole numbers.
    private static long ordered(double value) {
        long bits = Double.doubleToLongBits(value);
        return bits < 0 ? Long.MIN_VALUE - bits : bits;
    }

    private static double value(long ordered) {
        return Double.longBitsToDouble(ordered < 0 ? Long.MIN_VALUE - ordered : ordered);
    }

    private int add(int feature, double number) {
        nodes.add(new int[] {feature, 0, 0});
        numbers.add(number);
        return nodes.size() - 1;
    }

    private Forest forest() {
        int[] flat = new int[3 * nodes.size()];
        double[] values = new double[nodes.size()];
        for (int j = 0; j < values.length; j++) {
            System.arraycopy(nodes.get(j), 0, flat, 3 * j, 3);
            values[j] = numbers.get(j);
        }
        return new Forest(flat, values);
    }
}
