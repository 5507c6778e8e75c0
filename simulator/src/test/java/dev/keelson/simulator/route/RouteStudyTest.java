package dev.keelson.simulator.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.core.route.LeastCost;
import dev.keelson.core.route.RoundRobin;
import dev.keelson.core.route.ShortestQueue;
import dev.keelson.simulator.trace.PrefixRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RouteStudyTest {
    /** One block is one second. */
    private static final RouteSetup TWO = new RouteSetup(2, 100, 100, 100);

    @Test
    void aSecondTurnFindsItsPrefixAndComputesOnlyTheRest() {
        var result = run(List.of(request(0, 1, 2), request(10, 1, 2, 3)));

        assertThat(result.ttftSecondsMean()).isEqualTo((2 + 1) / 2.0);
        assertThat(result.ttftSecondsP99()).isEqualTo(2);
        assertThat(result.hitRate()).isEqualTo(200 / 500.0);
    }

    @Test
    void atLeastOneTokenIsComputedWhenAllOfThePromptIsCached() {
        var result = run(List.of(request(0, 1, 2), request(10, 1, 2)));

        assertThat(result.ttftSecondsMean()).isCloseTo((2 + 0.01) / 2, within(1e-9));
        assertThat(result.hitRate()).isEqualTo(199 / 400.0);
    }

    @Test
    void requestsQueueBehindEachOtherAtTheirWorker() {
        var one = new RouteSetup(1, 100, 100, 100);
        var result =
                RouteStudy.run(
                        one,
                        List.of(request(0, 1, 2), request(0.5, 3)),
                        new ShortestQueue(),
                        ArrivalOrder.POLICY);

        assertThat(result.ttftSecondsMean()).isEqualTo((2 + 2.5) / 2);
    }

    @Test
    void waitsForTheWarmWorkerRatherThanComputeALongPrefixAgain() {
        var trace = List.of(request(0, 1, 2, 3, 4), request(2, 1, 2, 3, 4, 5));

        // Warm: 2 s of queue and 1 s of prefill. Cold: 5 s.
        assertThat(run(trace).ttftSecondsMean()).isEqualTo((4 + 3) / 2.0);
        assertThat(
                        RouteStudy.run(TWO, trace, new ShortestQueue(), ArrivalOrder.POLICY)
                                .ttftSecondsMean())
                .isEqualTo((4 + 5) / 2.0);
    }

    @Test
    void ordersThoseThatArriveTogetherAsAskedFor() {
        var one = new RouteSetup(1, 100, 100, 100);
        var trace = List.of(request(0, 1, 2, 3), request(0, 4));

        assertThat(mean(one, trace, ArrivalOrder.POLICY)).isEqualTo((1 + 4) / 2.0);
        assertThat(mean(one, trace, ArrivalOrder.ARRIVAL)).isEqualTo((3 + 4) / 2.0);
        assertThat(
                        RouteStudy.run(one, trace, new RoundRobin(), ArrivalOrder.SHORTEST)
                                .ttftSecondsMean())
                .isEqualTo((1 + 4) / 2.0);
    }

    @Test
    void refusesAWorkerThatWasNotOffered() {
        assertThatThrownBy(() ->
                        RouteStudy.run(
                                TWO,
                                List.of(request(0, 1)),
                                candidates -> new ReplicaId("elsewhere"),
                                ArrivalOrder.POLICY))
                .hasMessageContaining("elsewhere");
    }

    @Test
    void refusesAFleetThatCannotBe() {
        assertThatThrownBy(() -> new RouteSetup(0, 1, 1, 1)).hasMessageContaining("workers (0)");
        assertThatThrownBy(() -> new RouteSetup(1, 1, 1, Double.NaN)).hasMessageContaining("NaN");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void noPolicyBeatsTheBoundsAndTheSameSeedGivesTheSameRows(long seed) {
        var trace = randomTrace(new Random(seed));
        var setup = new RouteSetup(3, 20, 100, 400);
        var bounds = RouteBounds.of(setup, trace);
        for (String name : RoutePolicies.NAMES) {
            var row = new RoutePolicies(setup, trace, ArrivalOrder.POLICY, seed).row(name);
            var again = new RoutePolicies(setup, trace, ArrivalOrder.POLICY, seed).row(name);

            assertThat(again).isEqualTo(row);
            assertThat(row.result().hitRate()).as(name).isLessThanOrEqualTo(bounds.hitRate());
            assertThat(row.result().ttftSecondsMean())
                    .as(name)
                    .isGreaterThanOrEqualTo(bounds.ttftSecondsMean());
            assertThat(row.result().ttftSecondsP99()).isGreaterThanOrEqualTo(0);
        }
    }

    @Test
    void theThresholdRowIsTheBestOfItsSweep() {
        var trace = randomTrace(new Random(7));
        var row =
                new RoutePolicies(new RouteSetup(3, 20, 100, 400), trace, ArrivalOrder.POLICY, 0)
                        .row("threshold");

        assertThat(row.sweep()).hasSize(24);
        assertThat(row.sweep())
                .allMatch(setting ->
                        setting.result().ttftSecondsMean() >= row.result().ttftSecondsMean());
        assertThat(row.parameters())
                .containsOnlyKeys("matchShare", "imbalanceSeconds", "imbalanceRatio");
    }

    @Test
    void takesManyRequestsThatArriveAtOnce() {
        var trace = new ArrayList<PrefixRequest>();
        for (int i = 0; i < 1_000; i++) {
            trace.add(request(0, i));
        }

        // 500 on each of two, one second each.
        assertThat(run(trace).ttftSecondsMean()).isEqualTo(250.5);
    }

    private static double mean(RouteSetup setup, List<PrefixRequest> trace, ArrivalOrder order) {
        return RouteStudy.run(setup, trace, new LeastCost(), order).ttftSecondsMean();
    }

    private static RouteResult run(List<PrefixRequest> trace) {
        return RouteStudy.run(TWO, trace, new LeastCost(), ArrivalOrder.POLICY);
    }

    private static PrefixRequest request(double arrivalSeconds, long... blocks) {
        var list = new ArrayList<Long>();
        for (long block : blocks) {
            list.add(block);
        }
        return new PrefixRequest(arrivalSeconds, 100 * blocks.length, 1, list);
    }

    private static List<PrefixRequest> randomTrace(Random random) {
        var trace = new ArrayList<PrefixRequest>();
        for (int i = 0; i < 300; i++) {
            var blocks = new ArrayList<Long>();
            long conversation = random.nextInt(12) * 100L;
            for (long b = 0, length = 1L + random.nextInt(8); b < length; b++) {
                blocks.add(b == 0 ? 0 : conversation + b);
            }
            int tokens = blocks.size() * 100 - random.nextInt(100);
            trace.add(new PrefixRequest(random.nextInt(300), tokens, 1, blocks));
        }
        trace.sort(Comparator.comparingDouble(PrefixRequest::arrivalSeconds));
        return trace;
    }
}
