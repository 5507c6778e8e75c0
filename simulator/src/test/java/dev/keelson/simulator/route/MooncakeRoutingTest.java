package dev.keelson.simulator.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.simulator.trace.PrefixRequest;
import dev.keelson.simulator.trace.PrefixTrace;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The published rows: first half of Mooncake's conversation trace, 8 workers of 4,000 blocks. */
class MooncakeRoutingTest {
    private static final RouteSetup SETUP = new RouteSetup(8, 4_000, 512, 9_000);
    private static final List<PrefixRequest> TRACE =
            PrefixTrace.read(
                    Path.of("..", "datasets", "mooncake", "conversation_trace_first_half.jsonl.gz"),
                    512);

    @Test
    void beatsTheBestThresholdByATenthAndTheShortestQueueByAFifth() {
        var policies = new RoutePolicies(SETUP, TRACE, ArrivalOrder.POLICY, 0);
        double keelson = mean(policies, "keelson");

        assertThat(TRACE).hasSize(6_000);
        assertThat(keelson).isLessThanOrEqualTo(0.9 * mean(policies, "threshold"));
        assertThat(keelson).isLessThanOrEqualTo(0.8 * mean(policies, "jsq"));
        assertThat(policies.row("keelson").result().hitRate())
                .isGreaterThanOrEqualTo(0.85 * RouteBounds.of(SETUP, TRACE).hitRate());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void staysAheadWhenNoTwoRequestsArriveAtTheSameMoment(long seed) {
        var spread = PrefixTrace.spread(TRACE, 3, new SplittableRandom(seed));
        var policies = new RoutePolicies(SETUP, spread, ArrivalOrder.POLICY, seed);
        double keelson = mean(policies, "keelson");

        assertThat(keelson).isLessThan(mean(policies, "threshold"));
        assertThat(keelson).isLessThan(0.85 * mean(policies, "jsq"));
    }

    private static double mean(RoutePolicies policies, String name) {
        return policies.row(name).result().ttftSecondsMean();
    }
}
