package dev.keelson.simulator.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.simulator.engine.EngineLimits;
import dev.keelson.simulator.trace.DetailedEngine;
import dev.keelson.simulator.trace.EngineProfile;
import dev.keelson.simulator.trace.ProfileStepTime;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DetailedReplicaTest {
    private static final EngineProfile PROFILE =
            new EngineProfile(
                    "test", "test", 32, 2_048, 40_000, 0.001, 0.016, 88e-6, 35e-6, 163e-9, 5e-9);

    private record Times(double first, double last) {}

    /**
     * Same step times, one step in flight: only the rounding of blocks and of admission differs.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void agreesWithTheClosedFormOnTheSameStepTimes(long seed) {
        var linear = play(new BatchingReplica(PROFILE), seed, 1.5, 200);
        var detailed = play(new DetailedReplica(detailed(1)), seed, 1.5, 200);

        assertThat(mean(detailed, Times::first))
                .isCloseTo(mean(linear, Times::first), within(0.03 * mean(linear, Times::first)));
        assertThat(mean(detailed, Times::last))
                .isCloseTo(mean(linear, Times::last), within(0.02 * mean(linear, Times::last)));
    }

    /** A request waits for the step that is scheduled already: a step more, and no more. */
    @Test
    void asynchronousSchedulingDelaysTheFirstTokenByAboutOneStep() {
        var one = play(new DetailedReplica(detailed(1)), 5, 1.0, 200);
        var two = play(new DetailedReplica(detailed(2)), 5, 1.0, 200);
        double step = PROFILE.stepSeconds(0, 8, 8 * 500, 0);

        assertThat(mean(two, Times::first) - mean(one, Times::first)).isBetween(0.0, 2 * step);
    }

    @Test
    void tellsItsLoadAndGivesBackWhatItDidNotAnswer() {
        var replica = new DetailedReplica(detailed(1));
        var running = new Sequence(0, 0, 500, 100);
        var late = new Sequence(1, 0.2, 1_000, 100);
        replica.submit(running, 0);
        replica.advanceTo(0.2, (s, at) -> {});
        replica.submit(late, 0.2);

        var load = replica.load(0.2);
        assertThat(load.running()).isEqualTo(1);
        assertThat(load.waiting()).isEqualTo(1);
        assertThat(load.queuedPrefillTokens()).isEqualTo(1_000);
        assertThat(load.decodeKvTokens()).isBetween(500.0, 600.0);
        assertThat(load.generatedTokens()).isPositive();

        var left = replica.abandon();
        assertThat(left).containsExactly(running, late);
        assertThat(running.firstTokenSeconds).isPositive();
        assertThat(running.produced).isPositive();
        assertThat(late.firstTokenSeconds).isNaN();
        assertThat(replica.nextEventSeconds()).isInfinite();
        assertThat(replica.load(0.2).kvUsedTokens()).isZero();
    }

    @Test
    void refusesWhatItsCacheCanNeverHold() {
        var replica = new DetailedReplica(detailed(1));

        assertThat(replica.admits(new Sequence(0, 0, 39_000, 900))).isTrue();
        assertThat(replica.admits(new Sequence(0, 0, 39_000, 1_100))).isFalse();
    }

    private static DetailedEngine detailed(int depth) {
        var limits = new EngineLimits(32, 2_048, 16, 2_500, depth, 0, EngineLimits.Order.ARRIVAL);
        return new DetailedEngine(limits, new ProfileStepTime(PROFILE), "test");
    }

    private static List<Times> play(
            ReplicaModel replica, long seed, double perSecond, int requests) {
        var random = new SplittableRandom(seed);
        var times = new ArrayList<Times>();
        double now = 0;
        for (int i = 0; i < requests; i++) {
            now -= StrictMath.log(1 - random.nextDouble()) / perSecond;
            replica.advanceTo(now, (s, at) -> times.add(times(s, at)));
            replica.submit(
                    new Sequence(i, now, 100 + random.nextInt(1_500), 20 + random.nextInt(300)),
                    now);
        }
        replica.advanceTo(now + 3_600, (s, at) -> times.add(times(s, at)));
        assertThat(times).hasSize(requests);
        return times;
    }

    private static Times times(Sequence s, double at) {
        return new Times(s.firstTokenSeconds - s.arrivalSeconds, at - s.arrivalSeconds);
    }

    private static double mean(
            List<Times> times, java.util.function.ToDoubleFunction<Times> metric) {
        return times.stream().mapToDouble(metric).average().orElseThrow();
    }
}
