package dev.keelson.runtime.bench;

import dev.keelson.runtime.weights.LlamaConfig;
import dev.keelson.runtime.weights.LoraAdapter;
import dev.keelson.runtime.weights.LoraAdapter.Pair;
import dev.keelson.runtime.weights.Projection;
import dev.keelson.runtime.weights.Tensor;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** An adapter of random weights. */
public final class RandomAdapter {
    /** The four projections of attention. */
    static final Projection[] ATTENTION = {
        Projection.QUERY, Projection.KEY, Projection.VALUE, Projection.OUTPUT
    };

    private RandomAdapter() {}

    /**
     * Adds to these projections of every layer.
     *
     * @param deviation of each weight
     */
    public static LoraAdapter of(
            LlamaConfig config, int rank, long seed, double deviation, Projection... projections) {
        var random = new Random(seed);
        List<Map<Projection, Pair>> layers = new ArrayList<>();
        for (int l = 0; l < config.layers(); l++) {
            Map<Projection, Pair> pairs = new EnumMap<>(Projection.class);
            for (Projection p : projections) {
                Tensor a = normal(random, deviation, rank, p.inputs(config));
                pairs.put(p, new Pair(a, normal(random, deviation, p.outputs(config), rank)));
            }
            layers.add(pairs);
        }
        return new LoraAdapter(rank, layers, "random-" + seed);
    }

    private static Tensor normal(Random random, double deviation, int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (deviation * random.nextGaussian());
        }
        return new Tensor(new long[] {rows, columns}, values);
    }
}
