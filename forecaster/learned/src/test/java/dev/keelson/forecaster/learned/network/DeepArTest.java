package dev.keelson.forecaster.learned.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class DeepArTest {
    private static final int SEASON = 12;

    @Test
    void theSameSeedDrawsTheSamePaths() {
        double[][] once = model(1).paths(series(60), SEASON, 0, 6, 20, 3);
        double[][] again = model(1).paths(series(60), SEASON, 0, 6, 20, 3);

        assertThat(again).isDeepEqualTo(once);
        assertThat(model(1).paths(series(60), SEASON, 0, 6, 20, 4)).isNotEqualTo(once);
    }

    @Test
    void nothingAfterAStepReachesItsPrediction() {
        double[] values = series(80);
        double[][] before = model(2).oneStep(values, SEASON, 0, 40, 60, 7, 5, 1);
        Arrays.fill(values, 50, 80, 1e6);

        double[][] after = model(2).oneStep(values, SEASON, 0, 40, 60, 7, 5, 1);

        assertThat(Arrays.copyOf(after, 11)).isDeepEqualTo(Arrays.copyOf(before, 11));
        assertThat(after[11]).isNotEqualTo(before[11]);
    }

    @Test
    void aForecastScalesWithItsSeries() {
        double[] values = series(60);
        double[] larger = Arrays.stream(values).map(v -> 1000 * v).toArray();

        double[][] paths = model(3).paths(values, SEASON, 0, 4, 5, 1);
        double[][] scaled = model(3).paths(larger, SEASON, 0, 4, 5, 1);

        for (int p = 0; p < paths.length; p++) {
            for (int h = 0; h < paths[p].length; h++) {
                assertThat(scaled[p][h])
                        .isCloseTo(
                                1000 * paths[p][h],
                                org.assertj.core.data.Offset.offset(
                                        1e-3 * Math.abs(1000 * paths[p][h]) + .5));
            }
        }
    }

    @Test
    void gapsConstantsAndShortHistoriesStillGiveFiniteForecasts() {
        double[] gaps = series(60);
        Arrays.fill(gaps, 30, 60, Double.NaN);
        double[] nothing = new double[30];
        Arrays.fill(nothing, Double.NaN);
        for (double[] values :
                new double[][] {gaps, nothing, new double[40], new double[] {5}, new double[0]}) {
            for (double[] path : model(4).paths(values, SEASON, 0, 5, 3, 1)) {
                for (double value : path) {
                    assertThat(value).isFinite();
                }
            }
        }
    }

    private static double[] series(int length) {
        double[] values = new double[length];
        for (int t = 0; t < length; t++) {
            values[t] = 10 + 5 * Math.sin(2 * Math.PI * t / SEASON) + t % 3;
        }
        return values;
    }

    private static DeepAr model(long seed) {
        var shape = new NetworkShape(SeriesInputs.WIDTH, 8, 2, 2);
        float[] parameters = new float[shape.parameters()];
        var random = new SplittableRandom(seed);
        for (int i = 0; i < parameters.length; i++) {
            parameters[i] = (float) (random.nextDouble() - .5);
        }
        return new DeepAr(new RecurrentNetwork(shape, parameters), 24);
    }
}
