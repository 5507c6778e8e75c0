package dev.keelson.forecaster.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.exchange.kafka.DemandFeed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class DemandHistoryTest {
    private static final Duration STEP = Duration.ofSeconds(10);

    @Test
    void aWindowThatNeverCameIsAGapAndAnEmptyOneIsAZero() {
        var history = new DemandHistory("chat", STEP, 100);
        history.take(window(0, 20, 0));
        history.take(window(1, 0, 0));
        history.take(window(3, 10, 0));

        assertThat(history.requests()).containsExactly(2, 0, Double.NaN, 1);
        assertThat(history.prompts()).containsExactly(200, 0, Double.NaN, 100);
    }

    @Test
    void orderAndDuplicatesChangeNothing() {
        List<DemandFeed.Window> windows = new ArrayList<>();
        var straight = new DemandHistory("chat", STEP, 100);
        for (int step = 0; step < 30; step++) {
            windows.add(window(step, step * 7 % 5, 0));
            windows.add(window(step, step * 7 % 5, 0));
            straight.take(windows.getLast());
        }
        for (int seed = 0; seed < 10; seed++) {
            Collections.shuffle(windows, new Random(seed));
            var mixed = new DemandHistory("chat", STEP, 100);
            windows.forEach(mixed::take);
            assertThat(mixed.requests()).as("seed %d", seed).isEqualTo(straight.requests());
        }
    }

    @Test
    void aCorrectionReplacesAndAnOlderRevisionDoesNot() {
        var history = new DemandHistory("chat", STEP, 100);
        history.take(window(0, 10, 1));
        history.take(window(0, 50, 0));
        assertThat(history.requests()).containsExactly(1);

        history.take(window(0, 30, 2));
        assertThat(history.requests()).containsExactly(3);
    }

    @Test
    void aStepIsNewOnceAndACorrectionIsNoNewStep() {
        var history = new DemandHistory("chat", STEP, 100);
        history.take(window(0, 1, 0));
        assertThat(history.takeNewStep()).isTrue();
        assertThat(history.takeNewStep()).isFalse();

        history.take(window(0, 2, 1));
        assertThat(history.takeNewStep()).isFalse();
    }

    @Test
    void theOldestStepsGo() {
        var history = new DemandHistory("chat", STEP, 5);
        for (int step = 0; step < 20; step++) {
            history.take(window(step, step, 0));
        }
        history.take(window(3, 99, 9));

        assertThat(history.firstStep()).isEqualTo(15);
        assertThat(history.length()).isEqualTo(5);
        assertThat(history.endMillis()).isEqualTo(200_000);
    }

    @Test
    void windowsOfOtherLengthsAreNotOfInterest() {
        var history = new DemandHistory("chat", STEP, 5);
        history.take(
                new DemandFeed.Window(
                        "chat", Instant.EPOCH, Duration.ofSeconds(1), 1, 1, 1, 1, 0, List.of()));

        assertThat(history.isEmpty()).isTrue();
    }

    static DemandFeed.Window window(long step, long arrivals, long revision) {
        return window(step, arrivals, revision, List.of());
    }

    static DemandFeed.Window window(
            long step, long arrivals, long revision, List<DemandFeed.ClassArrivals> classes) {
        return new DemandFeed.Window(
                "chat",
                Instant.ofEpochSecond(10 * step),
                STEP,
                arrivals,
                100 * arrivals,
                arrivals,
                20 * arrivals,
                revision,
                classes);
    }
}
