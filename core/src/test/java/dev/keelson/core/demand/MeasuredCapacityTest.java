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

    /** A place takes 20 ms for an output token and 0.5 ms for a prompt token. */
    private static Second mixed(double prompts, double outputs) {
        double alone = prompts * 0.0005 + outputs * 0.02;
        return new Second(alone / (1 - 0.5 * alone / 80), prompts, outputs, 1, 10);
    }

    @Test
    void theWorkOfAPromptTokenIsLearnedWhereTheMixChanges() {
        var changing = new MeasuredCapacity();
        var steady = new MeasuredCapacity();
        for (int second = 0; second < 3600; second++) {
            changing.observe(mixed(second / 600 % 2 == 0 ? 40_000 : 5_000, 800), BATCHING);
            steady.observe(mixed(20_000, 800), BATCHING);
        }
        var learned = Objects.requireNonNull(changing.of(BATCHING));
        assertThat(learned.prefillTokensPerSecond() / learned.decodeTokensPerSecond())
                .isCloseTo(40, Offset.offset(2.0));
        // What the usual ratio says wrongly of one kind it makes good with the other.
        var known = Objects.requireNonNull(steady.of(BATCHING));
        assertThat(known.prefillTokensPerSecond() / known.decodeTokensPerSecond())
                .isCloseTo(16, Offset.offset(0.1));
        assertThat(known.replicasFor(20_000, 800))
                .isCloseTo(learned.replicasFor(20_000, 800), Offset.offset(0.1));
    }
}
