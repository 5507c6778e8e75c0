package dev.keelson.runtime.djl;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
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
    private final NDManager manager = Torch.manager();
    private final Engine engine = Torch.engine();
    private final Script loss;
    private final Script adam;
    private final RotaryTable rotary;
    private final List<NDArray> frozen = new ArrayList<>();
    private final List<NDArray> trained = new ArrayList<>();
    private final List<NDArray> moments = new ArrayList<>();
    private int steps;

    /**
     * @param scale of what the adapter adds: alpha / rank
     * @param window longest window in tokens, of training or of evaluation
     */
    public LoraTrainer(
            LlamaWeights weights, int rank, double scale, RandomGenerator random, int window) {
        config = weights.config();
        loss = new Script(LlamaScripts.adaptedLoss(config, scale), manager);
        adam = new Script(LlamaScripts.adam(0), manager);
        rotary = RotaryTable.of(manager, config, window);
        for (Tensor t : LlamaTrainer.listed(weights)) {
            frozen.add(Script.listed(Torch.array(manager, t)));
        }
        for (int l = 0; l < config.layers(); l++) {
            for (Projection p : TARGETS) {
                add(uniform(random, rank, p.inputs(config)));
                add(
                        new Tensor(
                                new long[] {p.outputs(config), rank},
                                new float[p.outputs(config) * rank]));
            }
        }
        for (int moment = 0; moment < 2; moment++) {
            for (NDArray w : trained) {
                moments.add(Script.listed(manager.zeros(w.getShape())));
            }
        }
    }

    /**
     * One update.
     *
     * @param tokens windows of n + 1 tokens: the first n are read, the last n predicted
     * @param rate learning rate
     * @return mean loss in nats per token before the update
     */
    public double step(int[][] tokens, double rate) {
        try (NDManager scope = manager.newSubManager()) {
            double value;
            try (GradientCollector collector = engine.newGradientCollector()) {
                NDArray result = loss.call(scope, inputs(scope, tokens), true).singletonOrThrow();
                collector.backward(result);
                value = result.getFloat();
            }
            steps++;
            NDList in =
                    new NDList(
                            scope.create((float) rate),
                            scope.create((float) (1 / (1 - Math.pow(0.9, steps)))),
                            scope.create((float) (1 / (1 - Math.pow(0.95, steps)))));
            in.addAll(trained);
            in.addAll(moments);
            for (NDArray w : trained) {
                NDArray gradient = w.getGradient();
                gradient.attach(scope);
                in.add(Script.listed(gradient));
            }
            adam.call(scope, in, false);
            return value;
        }
    }

    /** Mean loss in nats per token, without an update. */
    public double evaluate(int[][] tokens) {
        try (NDManager scope = manager.newSubManager()) {
            return loss.call(scope, inputs(scope, tokens), false).singletonOrThrow().getFloat();
        }
    }

    /** Number of trained values. */
    public long parameters() {
        return trained.stream().mapToLong(w -> w.getShape().size()).sum();
    }

    /** A copy of the adapter as it is now, B without the scale. */
    public List<Map<Projection, Pair>> layers() {
        List<Map<Projection, Pair>> layers = new ArrayList<>();
        for (int l = 0; l < config.layers(); l++) {
            Map<Projection, Pair> pairs = new EnumMap<>(Projection.class);
            for (int i = 0; i < TARGETS.size(); i++) {
                int at = 2 * (l * TARGETS.size() + i);
                pairs.put(TARGETS.get(i), new Pair(tensor(at), tensor(at + 1)));
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
        in.addAll(trained);
        return in;
    }

    private void add(Tensor tensor) {
        NDArray w = Torch.array(manager, tensor);
        w.setRequiresGradient(true);
        trained.add(Script.listed(w));
    }

    private Tensor tensor(int index) {
        NDArray w = trained.get(index);
        Shape shape = w.getShape();
        return new Tensor(shape.getShape(), w.toFloatArray());
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
