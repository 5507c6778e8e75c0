package dev.keelson.core.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.core.fleet.ReplicaId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoutePolicyTest {
    @Test
    void leastCostWaitsForACachedPrefixOnlyWhileThatIsShorterThanToComputeIt() {
        var cold = candidate("cold", 0, 3, 0);
        var policy = new LeastCost();

        assertThat(policy.choose(List.of(cold, candidate("warm", 2, 0.5, 0.8))))
                .isEqualTo(id("warm"));
        assertThat(policy.choose(List.of(cold, candidate("warm", 2.6, 0.5, 0.8))))
                .isEqualTo(id("cold"));
    }

    @Test
    void leastCostCountsTheSwitchOfAnAdapter() {
        var loaded = new RouteCandidate(id("loaded"), 0.4, 1, 0, 0, 0);
        var other = new RouteCandidate(id("other"), 0, 1, 0.5, 0, 0);

        assertThat(new LeastCost().choose(List.of(other, loaded))).isEqualTo(id("loaded"));
    }

    @Test
    void leastCostSparesTheWornCacheAndThenGoesByName() {
        var worn = new RouteCandidate(id("a"), 1, 1, 0, 0, 9);

        assertThat(
                        new LeastCost()
                                .choose(
                                        List.of(
                                                worn,
                                                candidate("c", 1, 1, 0),
                                                candidate("b", 1, 1, 0))))
                .isEqualTo(id("b"));
    }

    @Test
    void leastCostPlacesTheShortestOfThoseThatWaitTogetherFirst() {
        var waiting =
                List.of(
                        new WaitingRequest(0, List.of(candidate("a", 0, 3, 0))),
                        new WaitingRequest(0, List.of(candidate("a", 0, 1, 0))));

        assertThat(new LeastCost().next(waiting)).isEqualTo(new Placement(1, id("a")));
    }

    @Test
    void aLongRequestIsOvertakenOnlyForAsLongAsItsCostIsGreater() {
        var shortOne = List.of(candidate("a", 0, 1, 0));
        var longOne = List.of(candidate("a", 0, 3, 0));

        assertThat(next(new WaitingRequest(1.9, longOne), new WaitingRequest(0, shortOne)))
                .isEqualTo(1);
        assertThat(next(new WaitingRequest(2.1, longOne), new WaitingRequest(0, shortOne)))
                .isEqualTo(0);
    }

    @Test
    void shortestQueueIgnoresTheCache() {
        var choice =
                new ShortestQueue()
                        .choose(List.of(candidate("warm", 1, 0, 1), candidate("cold", 0.9, 9, 0)));

        assertThat(choice).isEqualTo(id("cold"));
    }

    @Test
    void thresholdFollowsTheLongestMatchWhenItIsLongEnoughAndQueuesAreInBalance() {
        var policy = new PrefixThreshold(0.5, 3, 1.5);
        var cold = candidate("cold", 1, 9, 0.1);

        assertThat(policy.choose(List.of(cold, candidate("warm", 4, 1, 0.6))))
                .isEqualTo(id("warm"));
        assertThat(policy.choose(List.of(cold, candidate("warm", 4, 1, 0.5))))
                .isEqualTo(id("cold"));
        assertThat(policy.choose(List.of(cold, candidate("warm", 4.1, 1, 0.6))))
                .isEqualTo(id("cold"));
    }

    @Test
    void thresholdWantsBothTheDifferenceAndTheRatioToCallItAnImbalance() {
        var policy = new PrefixThreshold(0.5, 3, 2);
        var cold = candidate("cold", 10, 9, 0);

        assertThat(policy.choose(List.of(cold, candidate("warm", 19, 1, 0.6))))
                .isEqualTo(id("warm"));
        assertThat(policy.choose(List.of(cold, candidate("warm", 21, 1, 0.6))))
                .isEqualTo(id("cold"));
    }

    @Test
    void thresholdRefusesSettingsThatMeanNothing() {
        assertThatThrownBy(() -> new PrefixThreshold(1.5, 1, 1)).hasMessageContaining("1.5");
        assertThatThrownBy(() -> new PrefixThreshold(0.5, -1, 1)).hasMessageContaining("-1");
        assertThatThrownBy(() -> new PrefixThreshold(0.5, 1, Double.NaN))
                .hasMessageContaining("NaN");
    }

    @Test
    void roundRobinTakesOneAfterTheOther() {
        var policy = new RoundRobin();
        var candidates = List.of(candidate("a", 9, 9, 0), candidate("b", 0, 0, 0));

        assertThat(
                        List.of(
                                policy.choose(candidates),
                                policy.choose(candidates),
                                policy.choose(candidates)))
                .containsExactly(id("a"), id("b"), id("a"));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void everyPolicyChoosesOneOfThoseThatItWasOffered(long seed) {
        var random = new Random(seed);
        var policies =
                List.of(
                        new RoundRobin(),
                        new RandomChoice(new SplittableRandom(seed)),
                        new ShortestQueue(),
                        new PrefixThreshold(0.3, 3, 1.1),
                        new LeastCost());
        for (int round = 0; round < 200; round++) {
            var waiting = waiting(random);
            for (RoutePolicy policy : policies) {
                var placement = policy.next(waiting);
                assertThat(waiting.get(placement.index()).candidates())
                        .as("%s", policy)
                        .extracting(RouteCandidate::id)
                        .contains(placement.replica());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void leastCostMinimisesItsOwnCostWhateverTheOrderOfTheCandidates(long seed) {
        var random = new Random(seed);
        var policy = new LeastCost();
        for (int round = 0; round < 200; round++) {
            var waiting = waiting(random);
            var candidates = new ArrayList<>(waiting.getFirst().candidates());
            var chosen = policy.choose(candidates);
            assertThat(cost(candidates, chosen))
                    .isEqualTo(
                            candidates.stream()
                                    .mapToDouble(RouteCandidate::costSeconds)
                                    .min()
                                    .orElseThrow());
            Collections.shuffle(candidates, random);
            assertThat(policy.choose(candidates)).isEqualTo(chosen);

            var placement = policy.next(waiting);
            var placed = waiting.get(placement.index());
            double aged = cost(placed.candidates(), placement.replica()) - placed.waitedSeconds();
            for (var other : waiting) {
                for (var candidate : other.candidates()) {
                    assertThat(candidate.costSeconds() - other.waitedSeconds())
                            .isGreaterThanOrEqualTo(aged);
                }
            }
        }
    }

    private static int next(WaitingRequest... waiting) {
        return new LeastCost().next(List.of(waiting)).index();
    }

    private static double cost(List<RouteCandidate> candidates, ReplicaId chosen) {
        return candidates.stream()
                .filter(candidate -> candidate.id().equals(chosen))
                .findFirst()
                .orElseThrow()
                .costSeconds();
    }

    private static List<WaitingRequest> waiting(Random random) {
        var waiting = new ArrayList<WaitingRequest>();
        for (int i = 0, size = 1 + random.nextInt(6); i < size; i++) {
            var candidates = new ArrayList<RouteCandidate>();
            for (int j = 0, workers = 1 + random.nextInt(8); j < workers; j++) {
                // Coarse values, so that ties occur.
                candidates.add(
                        new RouteCandidate(
                                id("r" + j),
                                random.nextInt(6),
                                random.nextInt(4),
                                random.nextInt(2),
                                random.nextInt(5) / 4.0,
                                random.nextInt(3)));
            }
            waiting.add(new WaitingRequest(random.nextInt(3), candidates));
        }
        return waiting;
    }

    private static ReplicaId id(String name) {
        return new ReplicaId(name);
    }

    private static RouteCandidate candidate(
            String name, double queueSeconds, double missingSeconds, double cachedShare) {
        return new RouteCandidate(id(name), queueSeconds, missingSeconds, 0, cachedShare, 0);
    }
}
