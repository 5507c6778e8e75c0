package dev.keelson.runtime.vector;

import dev.keelson.runtime.engine.Decoder;
import dev.keelson.runtime.engine.EngineLimits;
import dev.keelson.runtime.engine.StepPlan;
import dev.keelson.runtime.engine.StepPlan.Slice;
import dev.keelson.runtime.reference.Rotation;
import dev.keelson.runtime.weights.LlamaConfig;
import dev.keelson.runtime.weights.LlamaWeights;
import dev.keelson.runtime.weights.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Llama decoder on the Vector API with the same paged cache as the others. A token's numbers do
 * not depend on what is beside it in the step, nor on the threads: alone and in a batch they are
 * equal to the last bit. Single-writer; steps come from one thread.
 */
public final class VectorDecoder implements Decoder {
    private static final int WARM_STEPS = 3;

    private final LlamaConfig config;
    private final int blockSize;
    private final @Nullable Tensor embedding; // null if the output layer has it
    private final Panels output;
    private final float[] norm;
    private final List<VectorLayer> layers = new ArrayList<>();
    private final VectorAdapters adapters;
    private final Rows rows;
    private final Team team;
    private final float[][] scores;
    private float[] last = new float[0];
    private float[] logits = new float[0];

    /**
     * Rearranges the weights, allocates the cache and checks one token.
     *
     * @param threads that share a step, the caller's too
     * @throws ArithmeticException if the weights give logits that are not finite
     */
    public VectorDecoder(LlamaWeights weights, EngineLimits limits, int threads) {
        config = weights.config();
        blockSize = limits.blockSize();
        embedding = config.tied() ? null : weights.embedding();
        output = Panels.of(weights.output());
        norm = weights.norm().values();
        var rotation = new Rotation(config, limits.maxModelTokens());
        int slots = limits.blocks() * blockSize;
        for (LlamaWeights.Layer layer : weights.layers()) {
            layers.add(new VectorLayer(config, layers.size(), layer, rotation, slots));
        }
        adapters = new VectorAdapters(config, limits.adapterSlots(), threads);
        rows = new Rows(blockSize, layers.getFirst().sizes());
        scores = new float[threads][Lanes.padded(limits.maxModelTokens())];
        team = new Team(threads);
        Decoder.requireFiniteLogits(this);
    }

    /** Why it cannot run in this process, or null if it can. */
    public static @Nullable String missing() {
        return VectorSupport.missing();
    }

    /**
     * Java heap that a model takes while it is opened: its weights as they were read, the same
     * rearranged, the cache.
     */
    public static long heapBytes(LlamaConfig config, EngineLimits limits) {
        long hidden = config.hidden();
        long layer =
                hidden * config.projected()
                        + hidden * config.queryWidth()
                        + 3 * hidden * config.feedForward();
        long embedding = hidden * config.vocabulary();
        long weights = config.layers() * layer + embedding * (config.tied() ? 1 : 2);
        long cache =
                2L * config.layers() * limits.blocks() * limits.blockSize() * config.keyWidth();
        return Float.BYTES * (2 * weights + cache);
    }

    /**
     * Lets the compiler see every kind of product, so that the first request does not wait for it.
     * The cache must still be empty.
     */
    public void warmUp() {
        for (int step = 0; step < WARM_STEPS; step++) {
            for (int tokens : new int[] {1, Panels.TILE / 2, Panels.TILE}) {
                int count = Math.min(tokens, blockSize);
                step(new StepPlan(List.of(new Slice(0, new int[count], 0, new int[] {0}, true))));
            }
        }
    }

    @Override
    public float[][] step(StepPlan plan) {
        if (!plan.copies().isEmpty()) {
            layers.forEach(layer -> layer.copy(plan.copies(), blockSize));
        }
        rows.fill(plan);
        adapters.begin(plan);
        for (int row = 0; row < rows.count(); row++) {
            embed(rows.token(row), row * rows.sizes().hidden());
        }
        for (VectorLayer layer : layers) {
            layer.apply(rows, team, scores, adapters);
        }
        return logits(plan);
    }

    @Override
    public void close() {
        team.close();
    }

    private float[][] logits(StepPlan plan) {
        int sampled = plan.slices().stream().mapToInt(Slice::sampled).sum();
        int room = (sampled + Panels.TILE - 1) / Panels.TILE * Panels.TILE;
        int hidden = rows.sizes().hidden();
        if (logits.length < room * output.rows()) {
            logits = new float[Math.multiplyExact(room, output.rows())];
            last = new float[room * hidden];
        }
        int end = 0;
        int next = 0;
        for (Slice slice : plan.slices()) {
            end += slice.tokens().length;
            for (int i = slice.sampled(); i > 0; i--) {
                Lanes.normalise(
                        rows.x,
                        (end - i) * hidden,
                        config.hidden(),
                        norm,
                        0,
                        config.normEpsilon(),
                        last,
                        next++ * hidden);
            }
        }
        if (sampled > 0) {
            VectorLayer.multiply(team, output, sampled, last, hidden, logits, output.rows());
        }
        float[][] answer = new float[sampled][];
        for (int i = 0; i < sampled; i++) {
            int from = i * output.rows();
            answer[i] = Arrays.copyOfRange(logits, from, from + config.vocabulary());
        }
        return answer;
    }

    private void embed(int token, int at) {
        if (embedding == null) {
            output.row(token, rows.x, at);
        } else {
            int width = config.hidden();
            System.arraycopy(embedding.values(), token * width, rows.x, at, width);
        }
    }
}
