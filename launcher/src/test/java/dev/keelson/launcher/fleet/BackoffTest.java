package dev.keelson.launcher.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {
    @Test
    void comesBackWithinASecondAtFirstAndNeverWaitsLongerThanFifteen() {
        var backoff = new Backoff();
        Duration last = Duration.ZERO;
        for (int i = 0; i < 30; i++) {
            Duration wait = backoff.after(Duration.ofMillis(10));
            assertThat(wait)
                    .isGreaterThanOrEqualTo(last)
                    .isLessThanOrEqualTo(Duration.ofSeconds(15));
            if (i < 3) {
                assertThat(wait).isLessThan(Duration.ofSeconds(1));
            }
            last = wait;
        }
        assertThat(last).isEqualTo(Duration.ofSeconds(15));
    }

    @Test
    void startsAnewAfterARunOfAMinute() {
        var backoff = new Backoff();
        for (int i = 0; i < 8; i++) {
            backoff.after(Duration.ZERO);
        }
        assertThat(backoff.after(Duration.ofMinutes(1))).isEqualTo(Duration.ofMillis(200));
    }
}
