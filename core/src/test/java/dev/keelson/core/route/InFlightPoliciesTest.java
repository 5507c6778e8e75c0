package dev.keelson.core.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.core.fleet.ReplicaId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InFlightPoliciesTest {
    @Test
    void leastRequestTakesTheFewestInFlightWhateverTheyCost() {
        var busyButFast = new RouteCandidate(new ReplicaId("a"), 0.1, 0, 0, 0, 9);
        var idleButSlow = new RouteCandidate(new ReplicaId("b"), 5, 0, 0, 0, 2);

        assertThat(new LeastRequest().choose(List.of(busyButFast, idleButSlow)))
                .isEqualTo(new ReplicaId("b"));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void powerOfTwoNeverTakesTheFullestAndTriesEveryOther(long seed) {
        var policy = new PowerOfTwo(new Random(seed));
        List<RouteCandidate> candidates = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            candidates.add(new RouteCandidate(new ReplicaId("r" + i), 0, 0, 0, 0, i));
        }
        var chosen = new TreeMap<String, Integer>();
        for (int i = 0; i < 2000; i++) {
            chosen.merge(policy.choose(candidates).value(), 1, Integer::sum);
        }

        // Of n candidates in order the k-th is taken with probability 2 (n - k) / (n (n - 1)).
        assertThat(chosen.keySet()).containsExactly("r0", "r1", "r2", "r3");
        assertThat(chosen.getOrDefault("r0", 0) / 2000.0).isBetween(0.35, 0.45);
        assertThat(chosen.getOrDefault("r3", 0) / 2000.0).isBetween(0.07, 0.13);
    }

    @Test
    void powerOfTwoTakesTheOnlyOne() {
        var only = new RouteCandidate(new ReplicaId("a"), 0, 0, 0, 0, 3);

        assertThat(new PowerOfTwo(new Random(1)).choose(List.of(only)))
                .isEqualTo(new ReplicaId("a"));
    }
}
