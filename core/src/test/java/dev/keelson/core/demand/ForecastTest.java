package dev.keelson.core.demand;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.core.fleet.CapacityType;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class ForecastTest {
    /** Each course is high once, at another step. */
    private static final SamplePaths SPIKES =
            SamplePaths.of(new double[][] {{9, 1, 1}, {1, 9, 1}, {1, 1, 9}, {1, 1, 1}});

    @Test
    void theQuantileOfAMaximumIsNotTheMaximumOfQuantiles() {
        assertThat(SPIKES.quantile(0.5, 0)).isEqualTo(1);
        assertThat(SPIKES.quantile(0.5, 1)).isEqualTo(1);
        assertThat(SPIKES.quantile(0.5, 2)).isEqualTo(1);
        assertThat(SPIKES.quantileOfMax(0.5, 0, 3)).isEqualTo(9);
    }

    @Test
    void levelsAreDerivedFromThePathsAndDoNotCross() {
        var paths = SamplePaths.of(new double[][] {{4}, {1}, {3}, {2}, {5}});
        assertThat(paths.quantile(0.25, 0)).isEqualTo(2);
        assertThat(paths.quantile(0.9, 0)).isEqualTo(4.6, within(1e-12));
        assertThat(paths.mean(0)).isEqualTo(3);
        double before = Double.NEGATIVE_INFINITY;
        for (double level = 0; level <= 1; level += 0.01) {
            assertThat(paths.quantile(level, 0)).isGreaterThanOrEqualTo(before);
            before = paths.quantile(level, 0);
        }
    }

    @Test
    void sumsKeepHowStepsHangTogether() {
        assertThat(SPIKES.quantileOfSum(0, 0, 3)).isEqualTo(3);
        assertThat(SPIKES.quantileOfSum(1, 0, 3)).isEqualTo(11);
    }

    @Test
    void indicatorsMustHaveTheSameCourses() {
        var different =
                new TreeMap<>(
                        Map.of(
                                Indicator.PREFILL_TOKENS,
                                SPIKES,
                                Indicator.DECODE_TOKENS,
                                new SamplePaths(List.of(List.of(1.0, 1.0, 1.0)))));
        assertThatThrownBy(() -> new Forecast(Instant.EPOCH, Duration.ofSeconds(10), different))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must match");
    }

    @Test
    void demandIsNeverForecastBelowZero() {
        var below =
                new TreeMap<>(
                        Map.of(Indicator.REQUESTS, SamplePaths.of(new double[][] {{1, -0.5}})));
        assertThatThrownBy(() -> new Forecast(Instant.EPOCH, Duration.ofSeconds(10), below))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("negative");
    }

    @Test
    void startUpTimesKeepTheNewestAndGiveANearestRank() {
        var times = StartupTimes.NONE;
        assertThat(times.quantile(0.95)).isEmpty();
        for (int i = 1; i <= StartupTimes.MOST + 10; i++) {
            times = times.with(Duration.ofSeconds(i));
        }
        assertThat(times.measured()).hasSize(StartupTimes.MOST);
        assertThat(times.quantile(0)).contains(Duration.ofSeconds(11));
        assertThat(times.quantile(1)).contains(Duration.ofMinutes(1));
        assertThat(times.quantile(0.5)).contains(Duration.ofSeconds(35));
    }

    @Test
    void aStartLastsAsLongAsOnTheSlowestTierItMayComeTo() {
        var times = StartupTimes.NONE;
        for (int i = 0; i < 5; i++) {
            times = times.with(CapacityType.ON_DEMAND, Duration.ofSeconds(60));
            times = times.with(CapacityType.SPOT, Duration.ofSeconds(90));
        }
        times = times.with(CapacityType.RESERVED, Duration.ofSeconds(10));
        assertThat(times.quantile(0.5, Set.of(CapacityType.ON_DEMAND)))
                .contains(Duration.ofSeconds(60));
        assertThat(times.quantile(0.5, Set.of(CapacityType.ON_DEMAND, CapacityType.SPOT)))
                .contains(Duration.ofSeconds(90));
        // One measurement says nothing of a tier; nothing is known of a fleet without nodes.
        assertThat(times.quantile(0.5, Set.of(CapacityType.RESERVED)))
                .isEqualTo(times.quantile(0.5));
        assertThat(times.quantile(0.5, Set.of())).isEqualTo(times.quantile(0.5));
    }
}
