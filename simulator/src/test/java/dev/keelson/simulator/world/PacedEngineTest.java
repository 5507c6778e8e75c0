package dev.keelson.simulator.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.simulator.trace.EngineProfile;
import dev.keelson.simulator.trace.FleetFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PacedEngineTest {
    private static final EngineProfile PROFILE =
            FleetFile.read(Path.of("..", "datasets", "fleets", "rtx-4090.yaml")).engine();

    private record Ended(int request, double first, double last) {}

    @Test
    void whatIsLeftTakesSoManyTimesAsLong() {
        double alone = play(new BatchingReplica(PROFILE), List.of(request(0, 0))).getFirst().last();
        var paced = new PacedEngine(new BatchingReplica(PROFILE));
        paced.submit(request(0, 0), 0);
        var ended = new ArrayList<Ended>();
        double half = alone / 2;
        runUntil(paced, half, ended);
        paced.slow(half, 4);
        runUntil(paced, 1_000, ended);

        assertThat(ended).hasSize(1);
        assertThat(ended.getFirst().last()).isCloseTo(half + 4 * (alone - half), within(1e-9));
        assertThat(ended.getFirst().first()).isLessThan(half);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void noRequestIsLostAndTimesStayInOrderUnderAnyPaces(long seed) {
        var random = new SplittableRandom(seed);
        var paced = new PacedEngine(new BatchingReplica(PROFILE));
        var ended = new ArrayList<Ended>();
        double now = 0;
        int sent = 0;
        for (int i = 0; i < 60; i++) {
            now += random.nextDouble();
            runUntil(paced, now, ended);
            if (random.nextInt(4) == 0) {
                paced.slow(now, 1 + 5 * random.nextDouble());
            } else {
                paced.submit(request(sent++, now), now);
            }
        }
        runUntil(paced, 1e5, ended);

        assertThat(ended).hasSize(sent);
        assertThat(ended)
                .allSatisfy(e -> assertThat(e.last()).isGreaterThanOrEqualTo(e.first()))
                .isSortedAccordingTo((a, b) -> Double.compare(a.last(), b.last()));
    }

    @Test
    void atItsOwnPaceItIsTheEngineItself() {
        var requests = new ArrayList<Sequence>();
        var same = new ArrayList<Sequence>();
        for (int i = 0; i < 40; i++) {
            requests.add(request(i, i * 0.1));
            same.add(request(i, i * 0.1));
        }

        assertThat(play(new PacedEngine(new BatchingReplica(PROFILE)), same))
                .isEqualTo(play(new BatchingReplica(PROFILE), requests));
    }

    private static List<Ended> play(ReplicaModel engine, List<Sequence> requests) {
        var ended = new ArrayList<Ended>();
        for (Sequence s : requests) {
            runUntil(engine, s.arrivalSeconds, ended);
            engine.submit(s, s.arrivalSeconds);
        }
        runUntil(engine, 1e4, ended);
        return ended;
    }

    /** As the world does: from event to event. */
    private static void runUntil(ReplicaModel engine, double until, List<Ended> ended) {
        while (engine.nextEventSeconds() <= until) {
            double next = engine.nextEventSeconds();
            engine.advanceTo(
                    next, (s, at) -> ended.add(new Ended(s.index, s.firstTokenSeconds, at)));
            assertThat(engine.nextEventSeconds()).isGreaterThan(next);
        }
        engine.advanceTo(until, (s, at) -> ended.add(new Ended(s.index, s.firstTokenSeconds, at)));
    }

    private static Sequence request(int index, double at) {
        return new Sequence(index, at, 900 + index, 80 + index % 7);
    }
}
