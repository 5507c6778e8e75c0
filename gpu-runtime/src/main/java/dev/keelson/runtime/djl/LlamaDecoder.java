package dev.keelson.runtime.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.keelson.runtime.engine.Decoder;
import dev.keelson.runtime.engine.EngineLimits;
import dev.keelson.runtime.engine.StepPlan;
import dev.keelson.runtime.weights.LlamaConfig;
import dev.keelson.runtime.weights.LlamaWeights;
import dev.keelson.runtime.weights.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A Llama decoder with a paged key-value cache; one call into libtorch per step. Whatever a step
 * allocates belongs to a scope that ends with it, so native memory stays what it was after the
 * first steps.
 */
public final class LlamaDecoder implements Decoder {
    private static final float MASKED = -1e9f;

    private final LlamaConfig config;
    private final EngineLimits limits;
    private final int blockSize;
    private final TorchDevice device;
    private final NDManager manager;
    private final Script script;
    private final NDList head;
    private final List<NDList> layers = new ArrayList<>();
    private final NDList fixed;
    private final CacheCopy copy;

    // From the first adapter on: until then a step has nothing to do with them.
    private @Nullable AdapterStacks stacks;
    private @Nullable Script adaptedScript;
    private NDList adapted = new NDList();

    /** A decoder on the processor. */
    public LlamaDecoder(LlamaWeights weights, EngineLimits limits) {
        this(weights, limits, TorchDevice.CPU);
    }

    /**
     * Copies the weights into the device's memory, allocates the cache there and checks one token.
     *
     * @throws ArithmeticException if the weights give logits that are not finite
     */
    public LlamaDecoder(LlamaWeights weights, EngineLimits limits, TorchDevice device) {
        config = weights.config();
        this.limits = limits;
        this.device = device;
        manager = Torch.manager(device);
        blockSize = limits.blockSize();
        script = new Script(LlamaScripts.step(config), manager);
        RotaryTable rotary = RotaryTable.of(manager, config, limits.maxModelTokens());
        head = new NDList(rotary.cos(), rotary.sin());
        NDArray embedding = Torch.array(manager, weights.embedding());
        head.add(Script.listed(embedding));
        head.add(Script.listed(Torch.array(manager, weights.norm())));
        head.add(config.tied() ? embedding : Script.listed(Torch.array(manager, weights.output())));
        Shape cache =
                new Shape(
                        (long) limits.blocks() * blockSize,
                        config.keyValueHeads(),
                        config.headWidth());
        List<NDArray> caches = new ArrayList<>();
        for (LlamaWeights.Layer layer : weights.layers()) {
            var own = new NDList();
            for (Tensor t : layer.tensors()) {
                own.add(Script.listed(Torch.array(manager, t)));
            }
            caches.add(Script.listed(manager.zeros(cache)));
            caches.add(Script.listed(manager.zeros(cache)));
            own.addAll(caches.subList(caches.size() - 2, caches.size()));
            layers.add(own);
        }
        fixed = new NDList(head);
        layers.forEach(fixed::addAll);
        copy = new CacheCopy(caches, blockSize, manager);
        Decoder.requireFiniteLogits(this);
    }

    @Override
    public float[][] step(StepPlan plan) {
        try (NDManager scope = manager.newSubManager()) {
            if (!plan.copies().isEmpty()) {
                copy.run(scope, plan.copies());
            }
            if (!plan.loads().isEmpty()) {
                load(plan.loads());
            }
            var inputs = new StepInputs(plan, blockSize);
            NDList in = inputs.arrays(scope, MASKED);
            AdapterInputs adapters = inputs.adapters();
            Script step = script;
            if (adapters == null) {
                in.addAll(fixed);
            } else {
                step = Objects.requireNonNull(adaptedScript);
                in.addAll(adapters.arrays(scope));
                in.addAll(adapted);
            }
            // Without a row to sample the step only fills the cache; the script still wants one
            // row.
            float[] flat = step.call(scope, in, false).singletonOrThrow().toFloatArray();
            int vocabulary = config.vocabulary();
            float[][] rows = new float[inputs.sampled()][];
            for (int r = 0; r < rows.length; r++) {
                rows[r] = Arrays.copyOfRange(flat, r * vocabulary, (r + 1) * vocabulary);
            }
            return rows;
        }
    }

    private void load(List<StepPlan.Load> loads) {
        if (stacks == null) {
            stacks =
                    new AdapterStacks(
                            config, limits.adapterSlots(), limits.maxAdapterRank(), manager);
            adaptedScript = new Script(LlamaScripts.adaptedStep(config), manager);
        }
        for (StepPlan.Load load : loads) {
            stacks.load(load.slot(), load.adapter());
        }
        // An adapter may be the first of its projections and get them new arrays.
        adapted = new NDList(head);
        for (int l = 0; l < layers.size(); l++) {
            adapted.addAll(layers.get(l));
            adapted.addAll(stacks.of(l));
        }
    }

    @Override
    public void close() {
        if (stacks != null && adaptedScript != null) {
            stacks.close();
            adaptedScript.close();
        }
        copy.close();
        script.close();
        manager.close();
        Torch.trim(device);
    }
}
