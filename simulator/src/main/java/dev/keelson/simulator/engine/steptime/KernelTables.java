package dev.keelson.simulator.engine.steptime;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Measured kernel times of one system, in microseconds: matrix products, attention of prompts and
 * of decodes, expert layers, collectives. Asking for what was not measured is a {@link
 * MissingKernelException}.
 */
public final class KernelTables {
    /** A kind of attention: the type of its KV cache, the width and number of its heads. */
    public record Heads(String cache, int size, int keyValue) {}

    /**
     * One layer of experts.
     *
     * @param type of the weights
     * @param feedForward width of one expert
     * @param perToken experts of a token
     * @param count experts
     * @param tensor ranks that share each expert
     * @param expert ranks that share the set of them
     */
    public record Experts(
            String type,
            int hidden,
            int feedForward,
            int perToken,
            int count,
            int tensor,
            int expert) {}

    /** Times over two sizes: sequences and their length. */
    @FunctionalInterface
    interface Attention {
        double micros(double sequences, double length);
    }

    private final Map<String, SortedMap<Integer, Grid>> products;
    private final Map<Heads, NavigableMap<Integer, Grid>> prompts;
    private final Map<Heads, NavigableMap<Integer, Grid>> decodes;
    private final Map<Experts, Curve> experts;
    private final Map<String, Curve> collectives;

    private KernelTables(Builder builder) {
        products = new HashMap<>();
        builder.products.forEach((type, rows) -> products.put(type, grids(rows)));
        prompts = new HashMap<>();
        builder.prompts.forEach((heads, rows) -> prompts.put(heads, grids(rows)));
        decodes = new HashMap<>();
        builder.decodes.forEach((heads, rows) -> decodes.put(heads, grids(rows)));
        experts = new HashMap<>();
        builder.experts.forEach((kind, points) -> experts.put(kind, Curve.through(mean(points))));
        collectives = new HashMap<>();
        builder.collectives.forEach(
                (kind, points) -> collectives.put(kind, Curve.through(mean(points))));
    }

    /**
     * Time of {@code tokens x k} times {@code k x n} over the tokens; linear in n and k between the
     * sizes that were measured and beyond the largest.
     */
    public Curve product(String type, int n, int k) {
        var byTokens = products.get(type);
        if (byTokens == null) {
            throw new MissingKernelException("no matrix products in " + type);
        }
        var points = new TreeMap<Integer, Double>();
        byTokens.forEach((tokens, grid) -> points.put(tokens, grid.at(n, k)));
        return Curve.through(points);
    }

    /** Attention of whole prompts: sequences and their length. */
    Attention prompts(String cache, int size, int keyValue, int heads) {
        return attention("prompts", prompts, new Heads(cache, size, keyValue), heads);
    }

    /** Attention of decodes: sequences and the mean of their contexts. */
    Attention decodes(String cache, int size, int keyValue, int heads) {
        return attention("decodes", decodes, new Heads(cache, size, keyValue), heads);
    }

    /** Time of a layer of experts over all tokens that reach it. */
    public Curve experts(Experts kind) {
        var curve = experts.get(kind);
        if (curve == null) {
            throw new MissingKernelException(
                    "no experts %d x %d, %d of %d, in %s over %d tensor and %d expert ranks"
                            .formatted(
                                    kind.hidden(),
                                    kind.feedForward(),
                                    kind.perToken(),
                                    kind.count(),
                                    kind.type(),
                                    kind.tensor(),
                                    kind.expert()));
        }
        return curve;
    }

    /** Time of a collective between so many ranks over the 16-bit numbers that it moves. */
    public Curve collective(String operation, int ranks) {
        var curve = collectives.get(collectiveKey(operation, ranks));
        if (curve == null) {
            throw new MissingKernelException("no %s between %d ranks".formatted(operation, ranks));
        }
        return curve;
    }

    /** That of the given heads; between measured numbers of query heads linear in them. */
    private static Attention attention(
            String what, Map<Heads, NavigableMap<Integer, Grid>> tables, Heads kind, int heads) {
        var byHeads = tables.getOrDefault(kind, Collections.emptyNavigableMap());
        var exact = byHeads.get(heads);
        if (exact != null) {
            return exact::at;
        }
        var below = byHeads.lowerEntry(heads);
        var above = byHeads.higherEntry(heads);
        if (below == null || above == null) {
            throw new MissingKernelException(
                    "no attention of %s with %d query and %d key-value heads of %d numbers, cache in %s"
                            .formatted(what, heads, kind.keyValue(), kind.size(), kind.cache()));
        }
        int low = below.getKey();
        int high = above.getKey();
        var small = below.getValue();
        var large = above.getValue();
        double share = (double) (heads - low) / (high - low);
        return (sequences, length) ->
                small.at(sequences, length) * (1 - share) + large.at(sequences, length) * share;
    }

    private static NavigableMap<Integer, Grid> grids(
            Map<Integer, ? extends Map<Integer, ? extends SortedMap<Integer, List<Double>>>> rows) {
        var grids = new TreeMap<Integer, Grid>();
        rows.forEach((key, grid) -> {
            var means = new TreeMap<Integer, SortedMap<Integer, Double>>();
            grid.forEach((row, columns) -> means.put(row, mean(columns)));
            grids.put(key, Grid.of(means));
        });
        return grids;
    }

    /** Several measurements of one point count by their mean. */
    private static SortedMap<Integer, Double> mean(SortedMap<Integer, List<Double>> points) {
        var means = new TreeMap<Integer, Double>();
        points.forEach((key, times) ->
                means.put(key, times.stream().mapToDouble(time -> time).average().orElseThrow()));
        return means;
    }

    private static String collectiveKey(String operation, int ranks) {
        return operation + "/" + ranks;
    }

    /** Collects the rows of the tables; times in microseconds. Not thread-safe. */
    public static final class Builder {
        private static final class Rows
                extends TreeMap<Integer, TreeMap<Integer, TreeMap<Integer, List<Double>>>> {
            private static final long serialVersionUID = 1;

            void add(int key, int row, int column, double micros) {
                computeIfAbsent(key, _ -> new TreeMap<>())
                        .computeIfAbsent(row, _ -> new TreeMap<>())
                        .computeIfAbsent(column, _ -> new ArrayList<>(1))
                        .add(micros);
            }
        }

        private final Map<String, Rows> products = new HashMap<>();
        private final Map<Heads, Rows> prompts = new HashMap<>();
        private final Map<Heads, Rows> decodes = new HashMap<>();
        private final Map<Experts, TreeMap<Integer, List<Double>>> experts = new HashMap<>();
        private final Map<String, TreeMap<Integer, List<Double>>> collectives = new HashMap<>();

        /** A matrix product. */
        public void product(String type, int tokens, int n, int k, double micros) {
            products.computeIfAbsent(type, _ -> new Rows()).add(tokens, n, k, micros);
        }

        /** Attention of so many prompts of one length. */
        public void prompts(Heads kind, int heads, int sequences, int length, double micros) {
            prompts.computeIfAbsent(kind, _ -> new Rows()).add(heads, sequences, length, micros);
        }

        /** Attention of so many decodes at one context. */
        public void decodes(Heads kind, int heads, int sequences, int context, double micros) {
            decodes.computeIfAbsent(kind, _ -> new Rows()).add(heads, sequences, context, micros);
        }

        /** A layer of experts. */
        public void experts(Experts kind, int tokens, double micros) {
            experts.computeIfAbsent(kind, _ -> new TreeMap<>())
                    .computeIfAbsent(tokens, _ -> new ArrayList<>(1))
                    .add(micros);
        }

        /** A collective that moves so many 16-bit numbers. */
        public void collective(String operation, int ranks, int numbers, double micros) {
            collectives
                    .computeIfAbsent(collectiveKey(operation, ranks), _ -> new TreeMap<>())
                    .computeIfAbsent(numbers, _ -> new ArrayList<>(1))
                    .add(micros);
        }

        /** The tables of what was added. */
        public KernelTables build() {
            return new KernelTables(this);
        }
    }
}
