package dev.keelson.forecaster.statistical.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CalibrationTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void theWindowKeepsTheNewestInOrder(long seed) {
        var random = new SplittableRandom(seed);
        var window = new LandedWindow(50);
        double[] all = new double[400];
        for (int i = 0; i < all.length; i++) {
            all[i] = random.nextInt(30);
            window.add(all[i]);
        }
        double[] newest = Arrays.copyOfRange(all, 350, 400);
        Arrays.sort(newest);

        assertThat(window.size()).isEqualTo(50);
        assertThat(window.quantile(1e-9)).as("seed %d", seed).isEqualTo(newest[0]);
        assertThat(window.quantile(1 - 1e-9)).as("seed %d", seed).isEqualTo(newest[49]);
        assertThat(window.quantile(10.0 / 51))
                .as("seed %d", seed)
                .isEqualTo(newest[9], within(1e-9));
    }

    @ParameterizedTest
    @ValueSource(doubles = {.5, .8, .95})
    void aWrongBandIsBroughtToItsShareAlsoAfterTheSpreadDoubles(double share) {
        var random = new SplittableRandom(7);
        var band = new AdaptiveBand(share, .01, 300);
        int held = 0;
        int scored = 0;
        for (int i = 0; i < 4000; i++) {
            double spread = i < 2000 ? 1 : 2;
            double low = -5 - band.margin();
            double high = 5 + band.margin();
            double outcome = spread * random.nextGaussian();
            boolean within = low <= outcome && outcome <= high;
            if (i > 400) {
                scored++;
                held += within ? 1 : 0;
            }
            band.land(-5, 5, outcome, within);
        }

        assertThat((double) held / scored).isCloseTo(share, within(.015));
    }

    @ParameterizedTest
    @ValueSource(doubles = {.5, 1, 2})
    void pathsAreSpreadUntilTheirBandHoldsFourFifths(double outcomes) {
        var random = new SplittableRandom(11);
        var spread = new PathSpread(new int[] {0, 4});
        int held = 0;
        for (int i = 0; i < 2000; i++) {
            double[][] paths = new double[50][5];
            for (double[] path : paths) {
                Arrays.fill(path, 100 + 10 * random.nextGaussian());
            }
            double[][] told = spread.spread(paths);
            for (int lead = 0; lead < 2; lead++) {
                double[] sorted = sorted(paths, 4 * lead);
                double[] toldSorted = sorted(told, 4 * lead);
                double outcome = 100 + 10 * outcomes * random.nextGaussian();
                spread.land(lead, sorted, toldSorted, outcome);
                // Of 50 paths the 5.9th smallest is the lower end.
                held += i >= 1000 && toldSorted[5] <= outcome && outcome <= toldSorted[44] ? 1 : 0;
            }
        }

        assertThat(held / 2000.0).isCloseTo(.8, within(.03));
    }

    private static double[] sorted(double[][] paths, int step) {
        return Arrays.stream(paths).mapToDouble(path -> path[step]).sorted().toArray();
    }

    @Test
    void pathsThatAllSayTheSameAreLeftAsTheyAre() {
        var spread = new PathSpread(new int[] {0});
        double[] five = {5, 5, 5};
        for (int i = 0; i < 100; i++) {
            spread.land(0, five, five, 7);
        }

        assertThat(spread.spread(new double[][] {{5}, {5}, {5}}))
                .isDeepEqualTo(new double[][] {{5}, {5}, {5}});
    }

    @Test
    void theBetterExpertGetsTheWeightAndLosesItAgain() {
        var random = new SplittableRandom(3);
        var mixture = new PinballAggregation(2, .5, 50, 12);
        for (int i = 0; i < 300; i++) {
            mixture.land(new double[] {0, 2}, random.nextGaussian());
        }
        assertThat(mixture.weights()[0]).isGreaterThan(.95);

        for (int i = 0; i < 300; i++) {
            mixture.land(new double[] {0, 2}, 2 + random.nextGaussian());
        }
        assertThat(mixture.weights()[1]).isGreaterThan(.95);
        assertThat(mixture.mix(new double[] {0, 2})).isGreaterThan(1.9);
    }

    @Test
    void perfectExpertsDivideNothingByZero() {
        var mixture = new PinballAggregation(3, .9, 50, 12);
        mixture.land(new double[] {5, 5, 6}, 5);

        assertThat(mixture.weights()[0]).isCloseTo(.5, within(1e-6));
        assertThat(Arrays.stream(mixture.weights()).sum()).isCloseTo(1, within(1e-9));
    }
}
