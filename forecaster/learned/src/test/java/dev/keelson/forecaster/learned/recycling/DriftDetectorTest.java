package dev.keelson.forecaster.learned.recycling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class DriftDetectorTest {
    private static final int SEASON = 48;

    @Test
    void lossesThatStayAsTheyAreAreNoDrift() {
        int alarms = 0;
        for (int seed = 0; seed < 20; seed++) {
            var random = new SplittableRandom(seed);
            var drift = DriftDetector.standard(SEASON);
            for (int i = 0; i < 20 * SEASON; i++) {
                alarms += drift.isDriftAfter(exponential(random)) ? 1 : 0;
            }
        }
        // 20 runs of 20 seasons.
        assertThat(alarms).isLessThanOrEqualTo(20);
    }

    @Test
    void threefoldLossesAreDriftWithinASeason() {
        for (int seed = 0; seed < 20; seed++) {
            var random = new SplittableRandom(seed);
            var drift = DriftDetector.standard(SEASON);
            for (int i = 0; i < 3 * SEASON; i++) {
                drift.isDriftAfter(exponential(random));
            }
            boolean found = false;
            for (int i = 0; i < SEASON; i++) {
                found |= drift.isDriftAfter(3 * exponential(random));
            }
            assertThat(found).as("seed %d", seed).isTrue();
        }
    }

    @Test
    void aModelThatBecomesBetterIsNoDrift() {
        var drift = DriftDetector.standard(SEASON);
        for (int i = 0; i < 10 * SEASON; i++) {
            assertThat(drift.isDriftAfter(i < 3 * SEASON ? 2 : 1)).isFalse();
        }
    }

    private static double exponential(SplittableRandom random) {
        return -Math.log(1 - random.nextDouble());
    }
}
