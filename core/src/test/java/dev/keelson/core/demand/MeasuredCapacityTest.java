package dev.keelson.core.demand;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.core.demand.MeasuredCapacity.Batching;
import dev.keelson.core.demand.MeasuredCapacity.Second;
import java.util.Objects;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

final class MeasuredCapacityTest {
    private static final Batching BATCHING = new Batching(8, 0.7, 1.5);

    /** A place alone gives 50 tokens a second; n of 8 in a replica slow each other down. */
    private static Second with(double inFlight, int replicas) {
        double use = inFlight / (8 * replicas);
        double tokens = inFlight * 50 / (1 + 0.5 * use);
        return new Second(inFlight, 0, tokens, 1, replicas);
    }

    private static double decode(MeasuredCapacity capacity) {
        return Objects.requireNonNull(capacity.of(BATCHING)).decodeTokensPerSecond();
    }

    @Test
    void tellsTheSameOfABusyReplicaAndOfIdleOnes() {
        double expected = 8 * 0.7 * 50 / (1 + 0.5 * 0.7);
        for (double inFlight : new double[] {0.5, 4, 8, 15}) {
            var capacity = new MeasuredCapacity();
            for (int second = 0; second < 60; second++) {
                capacity.observe(with(inFlight, 2), BATCHING);
            }
            assertThat(decode(capacity)).isCloseTo(expected, Offset.offset(1e-9));
        }
    }

    @Test
    void saysNothingOfSecondsWithoutWorkAndOfTooFewRequests() {
        var capacity = new MeasuredCapacity();
        for (int second = 0; second < 19; second++) {
            capacity.observe(with(4, 1), BATCHING);
        }
        assertThat(capacity.of(BATCHING)).isNull();
        capacity.observe(with(4, 1), BATCHING);
        double before = decode(capacity);
        for (int second = 0; second < 1_000; second++) {
            capacity.observe(new Second(0, 0, 0, 0, 1), BATCHING);
            capacity.observe(new Second(5, 0, 0, 0, 0), BATCHING);
        }
        assertThat(decode(capacity)).isEqualTo(before);
    }

    @Test
    void followsAnEngineThatHasBecomeSlower() {
        var capacity = new MeasuredCapacity();
        for (int second = 0; second < 600; second++) {
            capacity.observe(with(4, 1), BATCHING);
        }
        double before = decode(capacity);
        for (int second = 0; second < 600; second++) {
            var usual = with(4, 1);
            capacity.observe(new Second(4, 0, usual.outputTokens() / 2, 1, 1), BATCHING);
        }
        assertThat(decode(capacity)).isBetween(before * 0.5, before * 0.53);
    }
}
