package dev.keelson.runtime.djl;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.keelson.runtime.weights.LlamaConfig;
import dev.keelson.runtime.weights.LlamaWeights;
import dev.keelson.runtime.weights.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Trains a decoder by automatic differentiation; the loss is one script and so is the optimiser.
 */
public final class LlamaTrainer implements AutoCloseable {
    private static final double WEIGHT_DECAY = 0.1;

    private final LlamaConfig config;
    private final NDManager manager = Torch.manager(TorchDevice.CPU);
    private final Script loss;
    private final Adam adam;
    private final RotaryTable rotary;

    /**
     * @param random source of the first weights
     * @param window longest training window in tokens
     */
    public LlamaTrainer(LlamaConfig config, RandomGenerator random, int window) {
        this(config, initial(config, random), window);
    }

    /**
     * Goes on from weights that exist.
     *
     * @param window longest window in tokens, of training or of evaluation
     */
    public LlamaTrainer(LlamaWeights weights, int window) {
        this(weights.config(), listed(weights), window);
    }

    private LlamaTrainer(LlamaConfig config, List<Tensor> first, int window) {
        this.config = config;
        loss = new Script(LlamaScripts.loss(config), manager);
        adam = new Adam(manager, first, WEIGHT_DECAY);
        rotary = RotaryTable.of(manager, config, window);
    }

    /** Number of trained values. */
    public long parameters() {
        return adam.parameters();
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

    /** A copy of the weights as they are now. */
    public LlamaWeights weights() {
        int first = config.tied() ? 2 : 3;
        List<LlamaWeights.Layer> layers = new ArrayList<>();
        for (int l = 0; l < config.layers(); l++) {
            int o = first + l * LlamaWeights.PER_LAYER;
            layers.add(
                    new LlamaWeights.Layer(
                            adam.tensor(o),
                            adam.tensor(o + 1),
                            adam.tensor(o + 2),
                            adam.tensor(o + 3),
                            adam.tensor(o + 4),
                            adam.tensor(o + 5),
                            null,
                            null));
        }
        Tensor embedding = adam.tensor(0);
        return new LlamaWeights(
                config,
                embedding,
                layers,
                adam.tensor(1),
                config.tied() ? embedding : adam.tensor(2));
    }

    @Override
    public void close() {
        loss.close();
        adam.close();
        manager.close();
    }

    private NDList inputs(NDManager scope, int[][] tokens) {
        NDList in = windows(scope, tokens);
        in.add(rotary.cos());
        in.add(rotary.sin());
        in.addAll(adam.trained());
        return in;
    }

    /** What is read and what is to be predicted, each (windows, tokens). */
    static NDList windows(NDManager scope, int[][] tokens) {
        int n = tokens[0].length - 1;
        long[] read = new long[tokens.length * n];
        long[] target = new long[tokens.length * n];
        for (int b = 0; b < tokens.length; b++) {
            for (int i = 0; i < n; i++) {
                read[b * n + i] = tokens[b][i];
                target[b * n + i] = tokens[b][i + 1];
            }
        }
        Shape shape = new Shape(tokens.length, n);
        return new NDList(scope.create(read, shape), scope.create(target, shape));
    }

    private static List<Tensor> initial(LlamaConfig c, RandomGenerator random) {
        double deviation = 0.02;
        // Layers that write into the residual stream start smaller, so that depth does not raise
        // its variance.
        double residual = deviation / Math.sqrt(2.0 * c.layers());
        int q = c.heads() * c.headWidth();
        List<Tensor> all =
                new ArrayList<>(
                        List.of(
                                normal(random, deviation, c.vocabulary(), c.hidden()),
                                ones(c.hidden())));
        if (!c.tied()) {
            all.add(normal(random, deviation, c.vocabulary(), c.hidden()));
        }
        for (int l = 0; l < c.layers(); l++) {
            all.add(ones(c.hidden()));
            all.add(normal(random, 2 * deviation, c.projected(), c.hidden()));
            all.add(normal(random, residual, c.hidden(), q));
            all.add(ones(c.hidden()));
            all.add(normal(random, 2 * deviation, 2 * c.feedForward(), c.hidden()));
            all.add(normal(random, residual, c.hidden(), c.feedForward()));
        }
        return all;
    }

    /** In the order of {@link #initial}. */
    static List<Tensor> listed(LlamaWeights weights) {
        List<Tensor> all = new ArrayList<>(List.of(weights.embedding(), weights.norm()));
        if (!weights.config().tied()) {
            all.add(weights.output());
        }
        weights.layers().forEach(layer -> all.addAll(layer.tensors()));
        return all;
    }

    private static Tensor normal(RandomGenerator random, double deviation, int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * deviation);
        }
        return new Tensor(new long[] {rows, columns}, values);
    }

    private static Tensor ones(int size) {
        float[] values = new float[size];
        java.util.Arrays.fill(values, 1);
        return new Tensor(new long[] {size}, values);
    }
}
