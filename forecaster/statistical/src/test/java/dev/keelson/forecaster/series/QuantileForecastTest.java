package dev.keelson.forecaster.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuantileForecastTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void quantilesNeverCrossWhateverIsPutIn(long seed) {
        var random = new SplittableRandom(seed);
        double[][] rows = new double[20][Levels.STANDARD.size()];
        for (double[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                row[i] = random.nextGaussian();
            }
        }
        var forecast = QuantileForecast.of(Levels.STANDARD, rows, new double[20]);

        for (int step = 0; step < 20; step++) {
            double before = Double.NEGATIVE_INFINITY;
            for (double level = .01; level < 1; level += .01) {
                double value = forecast.quantile(step, level);
                assertThat(value)
                        .as("seed %d, level %s", seed, level)
                        .isGreaterThanOrEqualTo(before);
                before = value;
            }
        }
    }

    @Test
    void quantilesOfANormalDistributionAreFoundBetweenTheLevels() {
        var levels = Levels.of(.1, .5, .9);
        double[][] rows = {{-1.2815515655446, 0, 1.2815515655446}};
        var forecast = QuantileForecast.of(levels, rows, new double[1]);

        assertThat(forecast.quantile(0, .7)).isCloseTo(.5244005, within(1e-6));
        assertThat(forecast.quantile(0, .975)).isCloseTo(1.9599640, within(1e-6));
        assertThat(forecast.quantile(0, .9)).isEqualTo(1.2815515655446);
    }

    @Test
    void sharesAndQuantilesOfTheNormalDistributionAreInverse() {
        for (double share = .001; share < 1; share += .013) {
            assertThat(Normal.share(Normal.quantile(share))).isCloseTo(share, within(1e-6));
        }
    }

    @Test
    void whatIsNotFiniteIsRefused() {
        double[][] rows = {{1, Double.NaN, 3}};

        assertThatThrownBy(() -> QuantileForecast.of(Levels.of(.1, .5, .9), rows, new double[1]))
                .hasMessageContaining("step 1");
        assertThatThrownBy(() -> Levels.of(.5, .5)).hasMessageContaining("ascend");
        assertThatThrownBy(() -> Levels.of(0, .5)).hasMessageContaining("(0, 1)");
    }

    @Test
    void aPrefixDoesNotKnowTheRest() {
        var series = Series.of("a", 100, 10, 1, Double.NaN, 3, 4, Double.NaN);

        assertThat(series.lastObserved()).isEqualTo(3);
        assertThat(series.until(2).lastObserved()).isZero();
        assertThat(series.until(2).values()).hasSize(2);
        assertThat(series.epochSecond(3)).isEqualTo(130);
        assertThatThrownBy(() -> series.until(2).at(2)).isInstanceOf(RuntimeException.class);
    }
}
