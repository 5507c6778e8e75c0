package dev.keelson.forecaster.statistical.paths;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class AnalogPathsTest {
    private static final int DAY = 24;

    private static double seasonal(int t) {
        return 50 + 40 * Math.sin(2 * Math.PI * t / DAY);
    }

    @Test
    void aSeasonGoesOn() {
        var analogs = new AnalogPaths(DAY, 6, 30, 0.15);
        var random = new SplittableRandom(1);
        int now = 20 * DAY + 7;
        for (int t = 0; t < now; t++) {
            analogs.observe(seasonal(t) + random.nextDouble() - 0.5);
        }
        var paths = analogs.paths();
        assertThat(paths.count()).isEqualTo(30);
        for (int h = 0; h < 6; h++) {
            assertThat(paths.quantile(0.5, h)).isEqualTo(seasonal(now + h), within(5.0));
        }
    }

    @Test
    void burstsOfThePastAreAmongThePaths() {
        var analogs = new AnalogPaths(DAY, 4, 100, 0.15);
        var random = new SplittableRandom(2);
        for (int t = 0; t < 60 * DAY; t++) {
            analogs.observe(random.nextInt(20) == 0 ? 100 : 10);
        }
        var paths = analogs.paths();
        assertThat(paths.quantile(0.5, 1)).isBetween(5.0, 20.0);
        assertThat(paths.quantileOfMax(1, 0, 4)).isGreaterThan(60);
    }

    @Test
    void theSamePastGivesTheSamePaths() {
        var one = new AnalogPaths(DAY, 4, 20, 0.15);
        var other = new AnalogPaths(DAY, 4, 20, 0.15);
        for (int t = 0; t < 10 * DAY; t++) {
            one.observe(seasonal(t));
            other.observe(seasonal(t));
        }
        assertThat(one.paths()).isEqualTo(other.paths());
    }

    @Test
    void needsThreeDays() {
        var analogs = new AnalogPaths(DAY, 4, 20, 0.15);
        analogs.observe(1);
        assertThatThrownBy(analogs::paths)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("three days");
    }
}
