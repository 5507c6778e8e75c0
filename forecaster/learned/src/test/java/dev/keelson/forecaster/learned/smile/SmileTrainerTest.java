package dev.keelson.forecaster.learned.smile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.forecaster.learned.plain.Autoregression;
import dev.keelson.forecaster.learned.plain.Forest;
import dev.keelson.forecaster.learned.plain.GaussianProcess;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import smile.data.DataFrame;
import smile.data.formula.Formula;
import smile.math.kernel.GaussianKernel;
import smile.regression.GaussianProcessRegression;
import smile.regression.RegressionTree;
import smile.timeseries.AR;

final class SmileTrainerTest {
    @Test
    void copiedTreesPredictWhatSmilePredicts() {
        double[][] rows = rows(300, 4);
        DataFrame frame = DataFrame.of(rows, "a", "b", "c", "target");
        RegressionTree tree =
                RegressionTree.fit(
                        Formula.lhs("target"), frame, new RegressionTree.Options(8, 60, 3));

        Forest copy = ForestCopy.of(new RegressionTree[] {tree});

        for (int i = 0; i < frame.size(); i++) {
            assertThat(copy.predict(rows[i])).isEqualTo(tree.predict(frame.get(i)));
        }
    }

    @Test
    void aForestLearnsWhatItsRowsSayAndIsTheSameForTheSameSeed() {
        double[][] rows = rows(500, 3);
        double[] targets = new double[rows.length];
        for (int i = 0; i < rows.length; i++) {
            targets[i] = rows[i][0] > .5 ? 10 : 2;
        }
        var settings = new SmileTrainer.ForestSettings(20, 6, 5, 1, 3);

        Forest forest = SmileTrainer.forest(rows, targets, settings);

        assertThat(forest.predict(new double[] {.9, .5, .5})).isCloseTo(10, Offset.offset(1.5));
        assertThat(forest.predict(new double[] {.1, .5, .5})).isCloseTo(2, Offset.offset(1.5));
        assertThat(SmileTrainer.forest(rows, targets, settings).numbers())
                .isEqualTo(forest.numbers());
    }

    @Test
    void theAutoregressionPredictsWhatSmilePredicts() {
        var random = new SplittableRandom(2);
        double[] values = new double[400];
        values[0] = 5;
        for (int t = 1; t < values.length; t++) {
            values[t] = 3 + .7 * values[t - 1] + random.nextDouble() - .5;
        }

        Autoregression model = SmileTrainer.autoregression(values, 3);

        assertThat(model.predict(values, values.length))
                .isCloseTo(AR.fit(values, 3).forecast(), Offset.offset(1e-9));
    }

    @Test
    void theGaussianProcessPredictsWhatSmilePredicts() {
        double[][] rows = rows(80, 2);
        double[] targets = new double[rows.length];
        double mean = 0;
        for (int i = 0; i < rows.length; i++) {
            targets[i] = Math.sin(5 * rows[i][0]) + rows[i][1];
            mean += targets[i] / rows.length;
        }
        double squares = 0;
        double[] scaled = targets.clone();
        for (double target : targets) {
            squares += (target - mean) * (target - mean);
        }
        double size = Math.sqrt(squares / rows.length);
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = (targets[i] - mean) / size;
        }
        var smile =
                GaussianProcessRegression.fit(
                        rows,
                        scaled,
                        new GaussianKernel(.5),
                        new GaussianProcessRegression.Options(.1, false));

        GaussianProcess copy = SmileTrainer.process(rows, targets, .5, .1);

        for (double[] point : rows(20, 2)) {
            assertThat(copy.predict(point))
                    .isCloseTo(mean + size * smile.predict(point), Offset.offset(1e-9));
        }
    }

    @Test
    void aMissingLibraryIsAnAnswerAndIsLookedForOncePerQuestion() {
        var asked = new AtomicInteger();
        var blas =
                new NativeBlas(() -> {
                    asked.incrementAndGet();
                    throw new UnsatisfiedLinkError("libopenblas.so");
                });

        assertThat(blas.isPresent()).isFalse();
        assertThat(blas.isPresent()).isFalse();
        assertThat(asked).hasValue(2);
    }

    private static double[][] rows(int count, int width) {
        var random = new SplittableRandom(count);
        double[][] rows = new double[count][width];
        for (double[] row : rows) {
            for (int f = 0; f < width; f++) {
                row[f] = random.nextDouble();
            }
        }
        return rows;
    }
}
