package dev.keelson.runtime.reference;

import dev.keelson.runtime.engine.Decoder;
import dev.keelson.runtime.engine.EngineLimits;
import dev.keelson.runtime.engine.StepPlan;
import dev.keelson.runtime.engine.StepPlan.Slice;
import dev.keelson.runtime.weights.LlamaConfig;
import dev.keelson.runtime.weights.LlamaWeights;
import java.util.ArrayList;
import java.util.List;

/**
 * A Llama decoder in plain Java with the same paged cache as the others. A token's numbers do not
 * depend on what is beside it in the step: alone and in a batch they are equal to the last bit.
 * Single-writer.
 */
public final class ReferenceDecoder implements Decoder {
    private final LlamaConfig config;
    private final int blockSize;
    private final Matrix embedding;
    private final Matrix output;
    private final float[] norm;
    private final List<ReferenceLayer> layers = new ArrayList<>();
    private final ReferenceAdapters adapters;

    /**
     * Rearranges the weights, allocates the cache and checks one token.
     *
     * @throws ArithmeticException if the weights give logits that are not finite
     */
    public ReferenceDecoder(LlamaWeights weights, EngineLimits limits) {
        config = weights.config();
        blockSize = limits.blockSize();
        embedding = new Matrix(weights.embedding());
        output = config.tied() ? embedding : new Matrix(weights.output());
        norm = weights.norm().values();
        var rotation = new Rotation(config, limits.maxModelTokens());
        adapters = new ReferenceAdapters(config, limits.adapterSlots());
        int slots = limits.blocks() * blockSize;
        for (LlamaWeights.Layer layer : weights.layers()) {
            layers.add(new ReferenceLayer(config, layers.size(), layer, rotation, adapters, slots));
        }
        Decoder.requireFiniteLogits(this);
    }

    @Override
    public float[][] step(StepPlan plan) {
        if (!plan.copies().isEmpty()) {
            layers.forEach(layer -> layer.copy(plan.copies(), blockSize));
        }
        adapters.begin(plan);
        List<float[]> rows = new ArrayList<>();
        List<int[]> seen = new ArrayList<>();
        List<float[]> sampled = new ArrayList<>();
        for (Slice s : plan.slices()) {
            for (int i = 0; i < s.tokens().length; i++) {
                rows.add(embed(s.tokens()[i]));
                seen.add(slots(s.start() + i, s.blocks()));
            }
            sampled.addAll(rows.subList(rows.size() - s.sampled(), rows.size()));
        }
        float[][] x = rows.toArray(float[][]::new);
        int[][] slots = seen.toArray(int[][]::new);
        for (ReferenceLayer layer : layers) {
            layer.apply(x, slots);
        }
        // The layers add to the rows in place, so those to sample hold the last layer's output.
        float[][] last =
                sampled.stream()
                        .map(row -> ReferenceLayer.normalised(row, norm, config.normEpsilon()))
                        .toArray(float[][]::new);
        return output.times(last);
    }

    @Override
    public void close() {
        // Everything is on the heap.
    }

    /** Cache slots of the positions that a token sees, its own the last. */
    private int[] slots(int position, int... blocks) {
        int[] slots = new int[position + 1];
        for (int p = 0; p < slots.length; p++) {
            slots[p] = blocks[p / blockSize] * blockSize + p % blockSize;
        }
        return slots;
    }

    private float[] embed(int token) {
        float[] x = new float[config.hidden()];
        for (int i = 0; i < x.length; i++) {
            x[i] = embedding.at(token, i);
        }
        return x;
    }
}
