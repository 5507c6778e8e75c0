package dev.keelson.core.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TenantLimitsTest {
    private static final int SEEDS = 300;

    @Test
    void inAnySpanABucketLetsThroughItsBurstAndWhatFlowsIn() {
        for (long seed = 0; seed < SEEDS; seed++) {
            var random = new SplittableRandom(seed);
            double rate = random.nextDouble(0.5, 50);
            double burst = random.nextDouble(1, 20);
            var bucket = new RateBucket(rate, burst, 0);
            long now = 0;
            double used = 0;
            for (int i = 0; i < 500; i++) {
                now += random.nextLong(50_000_000);
                if (bucket.holds(1, now)) {
                    bucket.take(1);
                    used++;
                }
                assertThat(used)
                        .as("seed %d, request %d", seed, i)
                        .isLessThanOrEqualTo(burst + rate * now / 1e9 + 1e-6);
            }
        }
    }

    @Test
    void aBucketSaysWhenAndLetsThroughThen() {
        var bucket = new RateBucket(2, 4, 0);
        bucket.take(4);

        assertThat(bucket.holds(1, 0)).isFalse();
        assertThat(bucket.secondsUntil(1, 0)).isCloseTo(0.5, within(1e-9));
        assertThat(bucket.holds(1, Duration.ofMillis(499).toNanos())).isFalse();
        assertThat(bucket.holds(1, Duration.ofMillis(500).toNanos())).isTrue();
    }

    @Test
    void whatIsLargerThanTheBucketPassesAFullOneAndIsPaidForAfterwards() {
        var bucket = new RateBucket(10, 100, 0);

        assertThat(bucket.holds(500, 0)).isTrue();
        bucket.take(500);
        assertThat(bucket.secondsUntil(1, 0)).isCloseTo(40.1, within(1e-9));
        bucket.correct(450); // only 50 were used after all
        assertThat(bucket.holds(50, 0)).isTrue();
        assertThat(bucket.holds(51, 0)).isFalse();
    }

    @Test
    void aShareThatMovesTakesNoBurstWithIt() {
        var here = new RateBucket(10, 10, 0);
        var there = new RateBucket(0, 1, 0);
        there.take(1);

        here.resize(0, 1, 0);
        there.resize(10, 9, 0);

        assertThat(here.holds(1, 0)).isTrue();
        assertThat(there.holds(1, 0)).isFalse();
        assertThat(there.holds(1, Duration.ofMillis(100).toNanos())).isTrue();
    }

    @Test
    void sharesAreTheWholeLimitAndNobodyLacksWhatAnotherHasTooMuchOf() {
        for (long seed = 0; seed < SEEDS; seed++) {
            var random = new SplittableRandom(seed);
            double limit = random.nextDouble(1, 100);
            SortedMap<String, Double> demand = new TreeMap<>();
            for (int i = random.nextInt(1, 9); i > 0; i--) {
                demand.put("g" + i, random.nextBoolean() ? 0 : random.nextDouble(0, 80));
            }
            var shares = LimitShares.fractions(limit, demand);
            assertThat(shares.values().stream().mapToDouble(Double::doubleValue).sum())
                    .as("seed %d", seed)
                    .isCloseTo(1, within(1e-9));
            for (String poor : demand.keySet()) {
                for (String rich : demand.keySet()) {
                    double lacks =
                            demand.getOrDefault(poor, 0.0) - limit * shares.getOrDefault(poor, 0.0);
                    double richer =
                            limit
                                    * (shares.getOrDefault(rich, 0.0)
                                            - shares.getOrDefault(poor, 0.0));
                    assertThat(lacks > 1e-9 && richer > 1e-9)
                            .as("seed %d: %s of %s", seed, shares, demand)
                            .isFalse();
                }
            }
            int places = random.nextInt(1, 20);
            var whole = LimitShares.whole(places, demand);
            assertThat(whole.values().stream().mapToInt(Integer::intValue).sum())
                    .as("seed %d", seed)
                    .isEqualTo(places);
            assertThat(whole.values()).as("seed %d", seed).allMatch(share -> share >= 0);
        }
    }

    @Test
    void whatNobodyAsksForIsSpreadEvenly() {
        SortedMap<String, Double> demand = new TreeMap<>();
        demand.put("a", 6.0);
        demand.put("b", 0.0);

        assertThat(LimitShares.fractions(10, demand))
                .containsEntry("a", 0.8)
                .containsEntry("b", 0.2);
        demand.put("b", 30.0);
        assertThat(LimitShares.fractions(10, demand))
                .containsEntry("a", 0.5)
                .containsEntry("b", 0.5);
        assertThat(LimitShares.whole(1, demand).values()).containsExactly(1, 0);
    }
}
