package dev.keelson.forecaster.statistical.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.forecaster.series.Levels;
import dev.keelson.forecaster.series.QuantileForecast;
import dev.keelson.forecaster.series.Series;
import org.junit.jupiter.api.Test;

class AccuracyTest {
    private final Accuracy accuracy = new Accuracy();

    @Test
    void scoresAreThoseOfTheirDefinitions() {
        // Mean |y(t) − y(t−2)| = (2 + 4) ÷ 2 = 3.
        var known = Series.of("a", 0, 60, 10, 20, 12, 24);

        accuracy.add(known, new double[] {13, 20}, forecast(10, 22), 2);

        assertThat(accuracy.mase()).isCloseTo((3 + 2) / 2.0 / 3, within(1e-12));
        assertThat(accuracy.smape())
                .isCloseTo((200 * 3 / 23.0 + 200 * 2 / 42.0) / 2, within(1e-12));
        assertThat(accuracy.wape()).isCloseTo(5 / 33.0, within(1e-12));
        // Ends at ±1 from the median: width 2, misses of 2 and of 1, each at 40 a unit.
        assertThat(accuracy.msis()).isCloseTo((2 + 80 + 2 + 40) / 2.0 / 3, within(1e-9));
        assertThat(accuracy.coverage95()).isZero();
    }

    @Test
    void gapsAndFlatPastsCountWhereTheyCan() {
        accuracy.add(
                Series.of("flat", 0, 60, 5, 5, 5, 5),
                new double[] {5, Double.NaN},
                forecast(5, 5),
                2);

        assertThat(accuracy.values()).isEqualTo(1);
        assertThat(accuracy.wape()).isZero();
        assertThat(accuracy.mase()).isNaN();
        assertThat(accuracy.coverage80()).isEqualTo(1);
    }

    private static QuantileForecast forecast(double... medians) {
        double[][] rows = new double[medians.length][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = new double[] {medians[i] - 1, medians[i], medians[i] + 1};
        }
        return QuantileForecast.of(Levels.of(.025, .5, .975), rows, medians);
    }
}
