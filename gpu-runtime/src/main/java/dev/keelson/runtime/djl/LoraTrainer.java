package dev.keelson.runtime.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.keelson.runtime.weights.LlamaConfig;
import dev.keelson.runtime.weights.LlamaWeights;
import dev.keelson.runtime.weights.LoraAdapter.Pair;
import dev.keelson.runtime.weights.Projection;
import dev.keelson.runtime.weights.Tensor;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Trains a LoRA adapter on the four projections of attention; the model's own weights stay. A
 * begins uniform within 1 / sqrt(inputs) and B with zeros, as PEFT has it.
 */
public final class LoraTrainer implements AutoCloseable {
    private static final List<Projection> TARGETS =
            List.of(Projection.QUERY, Projection.KEY, Projection.VALUE, Projection.OUTPUT);

    private final LlamaConfig config;
    private final NDManager manager = Torch.manager(TorchDevice.CPU);
    private final Script loss;
    private final Adam adam;
    private final RotaryTable rotary;
    private final List<NDArray> frozen = new ArrayList<>();

    /**
     * @param scale of what the adapter adds: alpha / rank
     * @param window longest window in tokens, of training or of evaluation
     */
    public LoraTrainer(
            LlamaWeights weights, int rank, double scale, RandomGenerator random, int window) {
        config = weights.config();
        loss = new Script(LlamaScripts.adaptedLoss(config, scale), manager);
        rotary = RotaryTable.of(manager, config, window);
        for (Tensor t : LlamaTrainer.listed(weights)) {
            frozen.add(Script.listed(Torch.array(manager, t)));
        }
        adam = new Adam(manager, initial(config, rank, random), 0);
    }

    /**
     * One update.
     *
     * @param tokens windows of n + 1 tokens: the first n are read, the last n predicted
     * @param rate learning rate
     * @return mean loss in nats per token before the update
     */
    public double step(int[][] tokens, double rate) {
        return adam.step(loss, scope -> inputs(scope, tokens), rate);
    }

    /** Mean loss in nats per token, without an update. */
    public double evaluate(int[][] tokens) {
        return adam.evaluate(loss, scope -> inputs(scope, tokens));
    }

    /** Number of trained values. */
    public long parameters() {
        return adam.parameters();
    }

    /** A copy of the adapter as it is now, B without the scale. */
    public List<Map<Projection, Pair>> layers() {
        List<Map<Projection, Pair>> layers = new ArrayList<>();
        for (int l = 0; l < config.layers(); l++) {
            Map<Projection, Pair> pairs = new EnumMap<>(Projection.class);
            for (int i = 0; i < TARGETS.size(); i++) {
                int at = 2 * (l * TARGETS.size() + i);
                pairs.put(TARGETS.get(i), new Pair(adam.tensor(at), adam.tensor(at + 1)));
            }
            layers.add(pairs);
        }
        return layers;
    }

    @Override
    public void close() {
        loss.close();
        adam.close();
        manager.close();
    }

    private NDList inputs(NDManager scope, int[][] tokens) {
        NDList in = LlamaTrainer.windows(scope, tokens);
        in.add(rotary.cos());
        in.add(rotary.sin());
        in.addAll(frozen);
        in.addAll(adam.trained());
        return in;
    }

    private static List<Tensor> initial(LlamaConfig config, int rank, RandomGenerator random) {
        List<Tensor> pairs = new ArrayList<>();
        for (int l = 0; l < config.layers(); l++) {
            for (Projection p : TARGETS) {
                int outputs = p.outputs(config);
                pairs.add(uniform(random, rank, p.inputs(config)));
                pairs.add(new Tensor(new long[] {outputs, rank}, new float[outputs * rank]));
            }
        }
        return pairs;
    }

    private static Tensor uniform(RandomGenerator random, int rank, int inputs) {
        double bound = 1 / Math.sqrt(inputs);
        float[] values = new float[rank * inputs];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble(-bound, bound);
        }
        return new Tensor(new long[] {rank, inputs}, values);
    }
}
