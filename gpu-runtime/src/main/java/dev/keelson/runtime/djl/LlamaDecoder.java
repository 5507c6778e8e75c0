package dev.keelson.runtime.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.keelson.runtime.engine.Decoder;
import dev.keelson.runtime.engine.EngineLimits;
import dev.keelson.runtime.engine.StepPlan;
import dev.keelson.runtime.weights.LlamaWeights;
import dev.keelson.runtime.weights.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Llama decoder with a paged key-value cache; one call into libtorch per step. Whatever a step
 * allocates belongs to a scope that ends with it, so native memory stays what it was after the
 * first steps.
 */
public final class LlamaDecoder implements Decoder {
    private static final float MASKED = -1e9f;

    private final int vocabulary;
    private final int blockSize;
    private final NDManager manager = Torch.manager();
    private final Script script;
    private final NDList fixed;
    private final CacheCopy copy;

    /**
     * Copies the weights into native memory, allocates the cache and checks one token.
     *
     * @throws ArithmeticException if the weights give logits that are not finite
     */
    public LlamaDecoder(LlamaWeights weights, EngineLimits limits) {
        var config = weights.config();
        vocabulary = config.vocabulary();
        blockSize = limits.blockSize();
        script = new Script(LlamaScripts.step(config), manager);
        RotaryTable rotary = RotaryTable.of(manager, config, limits.maxModelTokens());
        fixed = new NDList(rotary.cos(), rotary.sin());
        NDArray embedding = Torch.array(manager, weights.embedding());
        fixed.add(Script.listed(embedding));
        fixed.add(Script.listed(Torch.array(manager, weights.norm())));
        fixed.add(
                config.tied() ? embedding : Script.listed(Torch.array(manager, weights.output())));
        Shape cache =
                new Shape(
                        (long) limits.blocks() * blockSize,
                        config.keyValueHeads(),
                        config.headWidth());
        List<NDArray> caches = new ArrayList<>();
        for (LlamaWeights.Layer layer : weights.layers()) {
            for (Tensor t : layer.tensors()) {
                fixed.add(Script.listed(Torch.array(manager, t)));
            }
            caches.add(Script.listed(manager.zeros(cache)));
            caches.add(Script.listed(manager.zeros(cache)));
            fixed.addAll(caches.subList(caches.size() - 2, caches.size()));
        }
        copy = new CacheCopy(caches, blockSize, manager);
        Decoder.requireFiniteLogits(this);
    }

    /** Why libtorch does not load on this machine, or null if it does. */
    public static @Nullable String missingLibrary() {
        return Torch.missing();
    }

    @Override
    public float[][] step(StepPlan plan) {
        try (NDManager scope = manager.newSubManager()) {
            if (!plan.copies().isEmpty()) {
                copy.run(scope, plan.copies());
            }
            var inputs = new StepInputs(plan, blockSize);
            NDList in = inputs.arrays(scope, MASKED);
            in.addAll(fixed);
            // Without a row to sample the step only fills the cache; the script still wants one
            // row.
            float[] flat = script.call(scope, in, false).singletonOrThrow().toFloatArray();
            float[][] rows = new float[inputs.sampled()][];
            for (int r = 0; r < rows.length; r++) {
                rows[r] = Arrays.copyOfRange(flat, r * vocabulary, (r + 1) * vocabulary);
            }
            return rows;
        }
    }

    @Override
    public void close() {
        copy.close();
        script.close();
        manager.close();
    }
}
