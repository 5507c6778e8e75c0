package dev.keelson.forecaster.learned.djl;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.recurrent.LSTM;
import ai.djl.training.ParameterStore;
import dev.keelson.forecaster.learned.TrainingBudget;
import dev.keelson.forecaster.learned.network.NetworkShape;
import dev.keelson.forecaster.learned.network.RecurrentNetwork;
import dev.keelson.forecaster.learned.network.SeriesInputs;
import dev.keelson.forecaster.learned.network.TrainingSeries;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

final class DeepArTrainerTest {
    private static final int SEASON = 12;
    private static final TrainingBudget AMPLE =
            new TrainingBudget(Duration.ofMinutes(5), Duration.ofMinutes(5));

    @Test
    void thePlainNetworkComputesWhatLibtorchComputes() {
        var shape = new NetworkShape(SeriesInputs.WIDTH, 5, 2, 3);
        DeepArTrainer.prepare();
        var lstm = LSTM.builder().setStateSize(5).setNumLayers(2).optBatchFirst(true).build();
        var head = Linear.builder().setUnits(shape.outputs()).build();
        try (Model model = Model.newInstance("parity", Device.cpu(), "PyTorch")) {
            var block = new SequentialBlock().add(lstm).add(head);
            model.setBlock(block);
            var scope = model.getNDManager();
            block.initialize(scope, DataType.FLOAT32, new Shape(1, 7, SeriesInputs.WIDTH));
            float[] inputs = new float[7 * SeriesInputs.WIDTH];
            var random = new SplittableRandom(5);
            for (int i = 0; i < inputs.length; i++) {
                inputs[i] = (float) (4 * random.nextDouble() - 2);
            }
            float[] torch =
                    block.forward(
                                    new ParameterStore(scope, false),
                                    new NDList(
                                            scope.create(
                                                    inputs, new Shape(1, 7, SeriesInputs.WIDTH))),
                                    false)
                            .singletonOrThrow()
                            .toFloatArray();

            var network = new RecurrentNetwork(shape, NetworkParameters.of(shape, lstm, head));
            RecurrentNetwork.State state = network.start();
            for (int t = 0; t < 7; t++) {
                state.read(
                        Arrays.copyOfRange(
                                inputs, t * SeriesInputs.WIDTH, (t + 1) * SeriesInputs.WIDTH));
                float[] plain = state.output();
                for (int i = 0; i < plain.length; i++) {
                    assertThat(plain[i])
                            .isCloseTo(torch[t * plain.length + i], Offset.offset(1e-5f));
                }
            }
        }
    }

    @Test
    void oneNetworkLearnsTheSeasonOfSeriesOfAnySize() {
        DeepArTrainer.Trained trained =
                DeepArTrainer.train(series(), SEASON, settings(150), ample());

        double error = 0;
        double lastValueError = 0;
        double[] unseen = wave(1e6, 200, 99);
        double[][] samples = trained.model().oneStep(unseen, SEASON, 0, 150, 200, 12, 50, 1);
        for (int t = 150; t < 200; t++) {
            error += Math.abs(Arrays.stream(samples[t - 150]).average().orElse(0) - unseen[t]);
            lastValueError += Math.abs(unseen[t - 1] - unseen[t]);
        }
        assertThat(trained.cutShort()).isFalse();
        assertThat(error).isLessThan(.7 * lastValueError);
    }

    @Test
    void theSameSeedTrainsTheSameNetwork() {
        var once = DeepArTrainer.train(series(), SEASON, settings(5), ample());
        var again = DeepArTrainer.train(series(), SEASON, settings(5), ample());

        assertThat(again.model().network().parameters())
                .isEqualTo(once.model().network().parameters());
    }

    @Test
    void aSpentBudgetEndsTheTrainingEarly() {
        long[] nanos = {0};
        var meter =
                new TrainingBudget(Duration.ofSeconds(3), Duration.ofHours(1))
                        .start(() -> nanos[0] += 1_000_000_000L, () -> 0);

        DeepArTrainer.Trained trained = DeepArTrainer.train(series(), SEASON, settings(50), meter);

        assertThat(trained.cutShort()).isTrue();
        assertThat(trained.steps()).isEqualTo(2);
    }

    private static TrainingBudget.Meter ample() {
        return AMPLE.start(() -> 0, () -> 0);
    }

    private static DeepArTrainer.Settings settings(int steps) {
        return new DeepArTrainer.Settings(
                new NetworkShape(SeriesInputs.WIDTH, 12, 1, 2), 24, 6, 16, steps, 2e-2, 11);
    }

    private static List<TrainingSeries> series() {
        List<TrainingSeries> series = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            series.add(new TrainingSeries(wave(Math.pow(10, i - 2), 150, i), 0));
        }
        return series;
    }

    private static double[] wave(double size, int length, long seed) {
        var random = new SplittableRandom(seed);
        double[] values = new double[length];
        for (int t = 0; t < length; t++) {
            double season = 1 + .8 * Math.sin(2 * Math.PI * t / SEASON);
            values[t] = size * (season + .05 * (random.nextDouble() - .5));
        }
        return values;
    }
}
