package dev.keelson.simulator.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.simulator.trace.EngineProfile;
import java.util.ArrayList;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchingReplicaTest {
    private static final EngineProfile PROFILE =
            new EngineProfile("test", "test", 8, 100, 600, 0.001, 0.010, 50e-6, 20e-6, 1e-6, 1e-8);

    @Test
    void aRequestAloneTakesItsChunksAndThenOneStepAToken() {
        var replica = new BatchingReplica(PROFILE);
        var s = new Sequence(0, 0, 150, 3);
        var ends = new ArrayList<Double>();
        replica.submit(s, 0);
        replica.advanceTo(10, (done, at) -> ends.add(at));

        double first =
                PROFILE.stepSeconds(100, 0, 0, 100 * 50)
                        + PROFILE.stepSeconds(50, 0, 0, 50 * (100 + 25));
        double rest = PROFILE.stepSeconds(0, 1, 151, 0) + PROFILE.stepSeconds(0, 1, 152, 0);
        assertThat(s.firstTokenSeconds).isCloseTo(first, within(1e-12));
        assertThat(ends).hasSize(1);
        assertThat(ends.getFirst()).isCloseTo(first + rest, within(1e-12));
        assertThat(replica.load(10).kvUsedTokens()).isZero();
    }

    /** Looking at it often cuts its runs of steps; what comes out must not change. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void runsOfStepsGiveWhatSingleStepsGive(long seed) {
        var seldom = play(seed, Double.POSITIVE_INFINITY);
        var often = play(seed, 0.004);

        assertThat(often.keySet()).isEqualTo(seldom.keySet());
        seldom.forEach((index, at) -> assertThat(often.get(index)).isCloseTo(at, within(1e-9)));
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14})
    void nothingIsLostWhenTheCacheIsTooSmall(long seed) {
        assertThat(play(seed, 0.05)).hasSize(60);
    }

    private static SortedMap<Integer, Double> play(long seed, double every) {
        var random = new SplittableRandom(seed);
        var replica = new BatchingReplica(PROFILE);
        var ends = new TreeMap<Integer, Double>();
        double now = 0;
        double look = every;
        for (int i = 0; i < 60; i++) {
            now += random.nextDouble() * 0.2;
            for (; look < now; look += every) {
                replica.advanceTo(look, (s, at) -> ends.put(s.index, at));
                replica.load(look);
            }
            replica.advanceTo(now, (s, at) -> ends.put(s.index, at));
            replica.submit(
                    new Sequence(i, now, 1 + random.nextInt(250), 1 + random.nextInt(80)), now);
        }
        replica.advanceTo(1e6, (s, at) -> ends.put(s.index, at));
        assertThat(replica.load(1e6).kvUsedTokens()).isZero();
        assertThat(replica.nextEventSeconds()).isInfinite();
        return ends;
    }
}
