package dev.keelson.simulator.baseline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.simulator.baseline.SlowBrokerTest.Sample;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SlowBrokerTestTest {
    private static final double USUAL = 0.03;
    private static final double RATE = 1_000;

    private final SlowBrokerTest test = new SlowBrokerTest(0.06, 50);

    @Test
    void relievesInTheFifthSuspectRoundAndRemovesInTheFiftieth() {
        for (int round = 1; round <= 50; round++) {
            var verdict = test.round(fleet(20, 4 * USUAL, RATE));

            assertThat(verdict.relieve())
                    .as("round " + round)
                    .isEqualTo(round >= 5 && round < 50 ? List.of("r00") : List.of());
            assertThat(verdict.remove()).isEqualTo(round == 50 ? List.of("r00") : List.of());
            assertThat(verdict.unfixable()).isFalse();
        }
    }

    @Test
    void aCleanRoundTakesSuspicionBack() {
        for (int round = 0; round < 4; round++) {
            test.round(fleet(20, 4 * USUAL, RATE));
        }
        test.round(fleet(20, USUAL, RATE));

        assertThat(test.round(fleet(20, 4 * USUAL, RATE)).relieve()).isEmpty();
        assertThat(test.round(fleet(20, 4 * USUAL, RATE)).relieve()).containsExactly("r00");
    }

    @Test
    void slowBecauseOfMuchWorkIsNotSuspect() {
        for (int round = 0; round < 10; round++) {
            assertThat(test.round(fleet(20, 4 * USUAL, 4 * RATE)).relieve()).isEmpty();
        }
    }

    @Test
    void theIdleAndWhatIsFastEnoughAreNotJudged() {
        for (int round = 0; round < 10; round++) {
            assertThat(test.round(fleet(20, 4 * USUAL, 49)).relieve()).isEmpty();
        }
        for (int round = 0; round < 10; round++) {
            var fast = new ArrayList<Sample>();
            fast.add(new Sample("r00", 0.06, RATE));
            for (int i = 1; i < 20; i++) {
                fast.add(new Sample("r%02d".formatted(i), 0.01, RATE));
            }
            assertThat(test.round(fast).relieve()).isEmpty();
        }
    }

    @Test
    void itsOwnHistoryConvictsWhereAllPeersAreAsSlow() {
        test.round(fleet(3, USUAL, RATE));
        for (int round = 1; round <= 6; round++) {
            var slow = new ArrayList<Sample>();
            for (int i = 0; i < 3; i++) {
                slow.add(new Sample("r%02d".formatted(i), 4 * USUAL, RATE));
            }
            test.round(slow);
        }

        // From the second slow round on the slow values are its history: it gets used to them.
        assertThat(test.round(fleet(3, 4 * USUAL, RATE)).relieve()).isEmpty();
    }

    @Test
    void moreThanATenthIsToldAndNotDone() {
        for (int round = 0; round < 4; round++) {
            test.round(fleet(9, 4 * USUAL, RATE));
        }

        var verdict = test.round(fleet(9, 4 * USUAL, RATE));

        assertThat(verdict.relieve()).containsExactly("r00");
        assertThat(verdict.unfixable()).isTrue();
    }

    /** So many replicas of which the first takes this long for a token at this rate. */
    private static List<Sample> fleet(int replicas, double tokenSeconds, double rate) {
        var samples = new ArrayList<Sample>();
        samples.add(new Sample("r00", tokenSeconds, rate));
        for (int i = 1; i < replicas; i++) {
            samples.add(new Sample("r%02d".formatted(i), USUAL, RATE));
        }
        return samples;
    }
}
