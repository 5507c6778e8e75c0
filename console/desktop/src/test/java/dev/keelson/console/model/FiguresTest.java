package dev.keelson.console.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FiguresTest {
    @Test
    void whatIsUnknownIsADashAndNeverAZero() {
        assertThat(Figures.number(null)).isEqualTo("–");
        assertThat(Figures.millis(null)).isEqualTo("–");
        assertThat(Figures.seconds(null)).isEqualTo("–");
        assertThat(Figures.percent(null)).isEqualTo("–");
        assertThat(Figures.number(Double.NaN)).isEqualTo("–");
        assertThat(Figures.number(0.0)).isEqualTo("0");
    }

    @Test
    void numbersKeepAboutThreeDigits() {
        assertThat(
                        java.util.stream.Stream.of(0.0421, 1.254, 17.34, 1204.4, 3.0)
                                .map(Figures::number))
                .containsExactly("0.042", "1.25", "17.3", "1,204", "3");
    }

    @Test
    void durationsChooseTheirUnitAndNeverShowSixtyOfOne() {
        assertThat(
                        java.util.stream.Stream.of(850.0, 1_240.0, 59_960.0, 245_000.0, 7_380_000.0)
                                .map(Figures::millis))
                .containsExactly("850 ms", "1.2 s", "1 min 0 s", "4 min 5 s", "2 h 3 min");
    }
}
