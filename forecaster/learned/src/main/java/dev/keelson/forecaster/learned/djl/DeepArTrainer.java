package dev.keelson.forecaster.learned.djl;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.recurrent.LSTM;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.initializer.XavierInitializer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import dev.keelson.forecaster.learned.TrainingBudget;
import dev.keelson.forecaster.learned.network.DeepAr;
import dev.keelson.forecaster.learned.network.NetworkShape;
import dev.keelson.forecaster.learned.network.RecurrentNetwork;
import dev.keelson.forecaster.learned.network.SeriesInputs;
import dev.keelson.forecaster.learned.network.TrainingSeries;
import java.util.List;

/**
 * Trains DeepAR on DJL's PyTorch engine: windows of random series, teacher forcing, negative log
 * likelihood of a mixture of normals. Needs libtorch, so it runs in the training process only.
 */
public final class DeepArTrainer {
    static {
        // OpenMP threads that spin beside other processes cost far more than they give; a value
        // given on the command line wins.
        setDefault("ai.djl.offline", "true");
        setDefault("OPT_OUT_TRACKING", "true");
        setDefault("ai.djl.pytorch.num_threads", "1");
        setDefault("ai.djl.pytorch.num_interop_threads", "1");
        setDefault("ai.djl.default_engine", "PyTorch");
    }

    private static final double LOG_SQRT_2_PI = 0.5 * Math.log(2 * Math.PI);
    private static final float LEAST_DEVIATION = 1e-3f;
    private static final float LARGEST_GRADIENT = 1;

    private DeepArTrainer() {}

    /** Loads libtorch, which training does by itself. */
    static void prepare() {
        Engine.getEngine("PyTorch");
    }

    /**
     * How to train.
     *
     * @param shape of the network
     * @param context steps that set the scale and warm the state up
     * @param horizon steps after them in each window
     * @param batch windows per step
     * @param steps updates
     * @param rate first learning rate; it falls along a cosine
     * @param seed of first weights and windows
     */
    public record Settings(
            NetworkShape shape,
            int context,
            int horizon,
            int batch,
            int steps,
            double rate,
            long seed) {
        /** What the forecaster uses. */
        public static Settings standard(int context, int horizon, int steps, long seed) {
            return new Settings(
                    new NetworkShape(SeriesInputs.WIDTH, 32, 2, 3),
                    context,
                    horizon,
                    32,
                    steps,
                    5e-3,
                    seed);
        }
    }

    /**
     * What training gave.
     *
     * @param model ready to run without native code
     * @param steps updates done
     * @param loss mean negative log likelihood over the last tenth of them, scaled units
     * @param cutShort whether the budget ended it before its counted steps
     */
    public record Trained(DeepAr model, int steps, double loss, boolean cutShort) {}

    /**
     * Trains on all series together.
     *
     * @param series those shorter than one window are left out
     * @param season steps of the main period
     */
    public static Trained train(
            List<TrainingSeries> series,
            int season,
            Settings settings,
            TrainingBudget.Meter meter) {
        Engine engine = Engine.getEngine("PyTorch");
        engine.setRandomSeed((int) settings.seed());
        var windows =
                new TrainingWindows(
                        series,
                        season,
                        settings.context(),
                        settings.horizon(),
                        settings.batch(),
                        settings.seed());
        NetworkShape shape = settings.shape();
        var lstm =
                LSTM.builder()
                        .setStateSize(shape.hidden())
                        .setNumLayers(shape.layers())
                        .optBatchFirst(true)
                        .build();
        var head = Linear.builder().setUnits(shape.outputs()).build();
        try (Model model = Model.newInstance("deepar", Device.cpu(), "PyTorch")) {
            model.setBlock(new SequentialBlock().add(lstm).add(head));
            try (Trainer trainer = model.newTrainer(config(settings))) {
                int length = settings.context() + settings.horizon();
                trainer.initialize(new Shape(settings.batch(), length, SeriesInputs.WIDTH));
                double late = 0;
                int counted = 0;
                int done = 0;
                while (done < settings.steps() && !meter.isSpent()) {
                    double loss = step(model, trainer, windows, shape, length);
                    done++;
                    if (done > settings.steps() * 9 / 10) {
                        late += loss;
                        counted++;
                    }
                }
                float[] parameters = NetworkParameters.of(shape, lstm, head);
                return new Trained(
                        new DeepAr(new RecurrentNetwork(shape, parameters), settings.context()),
                        done,
                        counted == 0 ? Double.NaN : late / counted,
                        done < settings.steps());
            }
        }
    }

    private static DefaultTrainingConfig config(Settings settings) {
        return new DefaultTrainingConfig(Loss.l2Loss())
                .optDevices(new Device[] {Device.cpu()})
                .optInitializer(new XavierInitializer(), Parameter.Type.WEIGHT)
                .optOptimizer(
                        Optimizer.adam()
                                .optClipGrad(LARGEST_GRADIENT)
                                .optLearningRateTracker(
                                        Tracker.cosine()
                                                .setBaseValue((float) settings.rate())
                                                .optFinalValue((float) settings.rate() / 50)
                                                .setMaxUpdates(settings.steps())
                                                .build())
                                .build());
    }

    private static double step(
            Model model, Trainer trainer, TrainingWindows windows, NetworkShape shape, int length) {
        try (NDManager scope = model.getNDManager().newSubManager()) {
            windows.next();
            int batch = windows.batch();
            NDArray inputs =
                    scope.create(windows.inputs(), new Shape(batch, length, SeriesInputs.WIDTH));
            NDArray targets = scope.create(windows.targets(), new Shape(batch, length, 1));
            NDArray counts = scope.create(windows.counts(), new Shape(batch, length));
            double value;
            try (GradientCollector collector = trainer.newGradientCollector()) {
                NDArray raw = trainer.forward(new NDList(inputs)).singletonOrThrow();
                raw.attach(scope);
                NDArray loss =
                        negativeLogLikelihood(raw, targets, shape.components())
                                .mul(counts)
                                .sum()
                                .div(windows.counted());
                collector.backward(loss);
                value = loss.getFloat();
            }
            trainer.step();
            return value;
        }
    }

    /** Of each step, {@code [batch, length]}. */
    private static NDArray negativeLogLikelihood(NDArray raw, NDArray targets, int components) {
        NDArray weights = raw.get(":, :, 0:" + components).logSoftmax(-1);
        NDArray means = raw.get(":, :, " + components + ":" + 2 * components);
        NDArray deviations =
                raw.get(":, :, " + 2 * components + ":" + 3 * components)
                        .getNDArrayInternal()
                        .softPlus()
                        .add(LEAST_DEVIATION);
        NDArray each =
                targets.sub(means)
                        .div(deviations)
                        .square()
                        .mul(-0.5f)
                        .sub(deviations.log())
                        .sub((float) LOG_SQRT_2_PI)
                        .add(weights);
        NDArray largest = each.max(new int[] {-1}, true);
        return each.sub(largest)
                .exp()
                .sum(new int[] {-1}, true)
                .log()
                .add(largest)
                .squeeze(-1)
                .neg();
    }

    private static void setDefault(String name, String value) {
        if (System.getProperty(name) == null) {
            System.setProperty(name, value);
        }
    }
}
