package dev.keelson.runtime.djl;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import dev.keelson.runtime.weights.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * AdamW (Loshchilov and Hutter 2019) with the moments of what it trains; {@link LlamaScripts#adam}
 * has the arithmetic. One thread's.
 */
final class Adam implements AutoCloseable {
    private static final double FIRST_DECAY = 0.9;
    private static final double SECOND_DECAY = 0.95;

    private final NDManager manager;
    private final Engine engine = Torch.engine();
    private final Script update;
    private final List<NDArray> trained = new ArrayList<>();
    private final List<NDArray> moments = new ArrayList<>();
    private int steps;

    /**
     * @param first what is trained, as it begins
     * @param decay of the weights, per unit of the learning rate
     */
    Adam(NDManager manager, List<Tensor> first, double decay) {
        this.manager = manager;
        update = new Script(LlamaScripts.adam(decay), manager);
        for (Tensor t : first) {
            NDArray w = Torch.array(manager, t);
            w.setRequiresGradient(true);
            trained.add(Script.listed(w));
        }
        for (int moment = 0; moment < 2; moment++) {
            for (NDArray w : trained) {
                moments.add(Script.listed(manager.zeros(w.getShape())));
            }
        }
    }

    /** What is trained, as a script's inputs. */
    List<NDArray> trained() {
        return List.copyOf(trained);
    }

    /** Number of trained values. */
    long parameters() {
        return trained.stream().mapToLong(w -> w.getShape().size()).sum();
    }

    /** A copy of one of what is trained, as it is now. */
    Tensor tensor(int index) {
        NDArray w = trained.get(index);
        return new Tensor(w.getShape().getShape(), w.toFloatArray());
    }

    /**
     * One update.
     *
     * @param inputs of the loss: windows and weights
     * @param rate learning rate
     * @return mean loss in nats per token before the update
     */
    double step(Script loss, Function<NDManager, NDList> inputs, double rate) {
        try (NDManager scope = manager.newSubManager()) {
            double value;
            try (GradientCollector collector = engine.newGradientCollector()) {
                NDArray result = loss.call(scope, inputs.apply(scope), true).singletonOrThrow();
                collector.backward(result);
                value = result.getFloat();
            }
            steps++;
            NDList in =
                    new NDList(
                            scope.create((float) rate),
                            scope.create((float) correction(FIRST_DECAY)),
                            scope.create((float) correction(SECOND_DECAY)));
            in.addAll(trained);
            in.addAll(moments);
            for (NDArray w : trained) {
                NDArray gradient = w.getGradient();
                gradient.attach(scope);
                in.add(Script.listed(gradient));
            }
            update.call(scope, in, false);
            return value;
        }
    }

    /** Mean loss in nats per token, without an update. */
    double evaluate(Script loss, Function<NDManager, NDList> inputs) {
        try (NDManager scope = manager.newSubManager()) {
            return loss.call(scope, inputs.apply(scope), false).singletonOrThrow().getFloat();
        }
    }

    @Override
    public void close() {
        update.close();
    }

    private double correction(double beta) {
        return 1 / (1 - Math.pow(beta, steps));
    }
}
