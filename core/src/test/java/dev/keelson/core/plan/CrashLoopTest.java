package dev.keelson.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.core.fleet.Replica;
import dev.keelson.core.fleet.ReplicaState;
import dev.keelson.core.plan.PlannerMemory.Crashes;
import dev.keelson.core.testing.FleetBuilder;
import dev.keelson.core.testing.FleetModel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.SortedMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Engines that end soon after they were READY. */
final class CrashLoopTest {
    /** A start takes 3 s from STARTING, its steps are seen at ticks of half a second. */
    private static final Duration START = Duration.ofSeconds(5);

    private static FleetModel steady(int nodes, int replicas) {
        var fleet = new FleetModel(nodes, replicas, 4).run(Duration.ofSeconds(20));
        assertThat(fleet.ready()).isEqualTo(replicas);
        fleet.decisions.clear();
        return fleet;
    }

    /** Runs, and ends every engine of the revision once it was READY for so long. */
    private static List<Instant> startsWhileEnginesLive(
            FleetModel fleet, int revision, Duration life, Duration time) {
        var starts = new ArrayList<Instant>();
        for (var end = fleet.now.plus(time); fleet.now.isBefore(end); ) {
            crash(fleet, revision, life);
            var plan = fleet.tick();
            plan.actions().stream()
                    .filter(Action.StartReplica.class::isInstance)
                    .forEach(_ -> starts.add(fleet.now));
        }
        return starts;
    }

    private static void crash(FleetModel fleet, int revision, Duration life) {
        for (Replica r : List.copyOf(fleet.replicas.values())) {
            if (r.state() == ReplicaState.READY
                    && r.revision() == revision
                    && !r.changedAt().plus(life).isAfter(fleet.now)) {
                fleet.to(r, ReplicaState.FAILED, "exit code 139");
            }
        }
    }

    private static List<Duration> gaps(List<Instant> times) {
        var gaps = new ArrayList<Duration>();
        for (int i = 1; i < times.size(); i++) {
            gaps.add(Duration.between(times.get(i - 1), times.get(i)));
        }
        return gaps;
    }

    private static SortedMap<Integer, Crashes> crashes(FleetModel fleet) {
        return Objects.requireNonNull(fleet.memory.deployments().get(FleetBuilder.CHAT)).crashes();
    }

    @Test
    void waitsTwiceAsLongForEachReplacementThatEndsInItsTurnUpToABound() {
        var fleet = steady(3, 1);
        var life = Duration.ofSeconds(2);
        var gaps = gaps(startsWhileEnginesLive(fleet, 1, life, Duration.ofMinutes(20)));
        var backoff = fleet.policies.recovery().startBackoff();
        for (int i = 0; i < gaps.size(); i++) {
            var wait = backoff.multipliedBy(1L << Math.min(i, 6));
            assertThat(gaps.get(i)).as("gap %d", i).isBetween(wait, wait.plus(life).plus(START));
        }
        assertThat(gaps).hasSizeGreaterThan(12);
    }

    @Test
    void replacesTheFirstAtOnceAndSaysWhyTheNextWait() {
        var fleet = steady(3, 1);
        startsWhileEnginesLive(fleet, 1, Duration.ofSeconds(2), Duration.ofMinutes(1));
        var decided = fleet.decisions;
        assertThat(decided.getFirst().actions()).hasOnlyElementsOfType(Action.StartReplica.class);
        var held = decided.stream().filter(d -> d.code() == Reason.CRASH_LOOP).toList();
        assertThat(held).hasSizeGreaterThan(2).allMatch(d -> d.actions().isEmpty());
        assertThat(held.get(1).reason())
                .startsWith("Start no replica of chat for 2.0 s, until ")
                .contains(
                        "engines of revision 1 ended 3 times in a row within 10 min of being READY")
                .contains("(exit code 139)");
        assertThat(held.get(1).inputs())
                .contains(new Decision.Input("endsInARow", 3.0, null))
                .contains(new Decision.Input("backoffSeconds", 2.0, null));
    }

    @Test
    void forgetsAfterAHealthyPeriodAndNotBefore() {
        var fleet = steady(3, 1);
        startsWhileEnginesLive(fleet, 1, Duration.ofSeconds(2), Duration.ofMinutes(3));
        fleet.run(CrashLoop.YOUNG);
        assertThat(crashes(fleet)).containsOnlyKeys(1);
        fleet.run(Duration.ofMinutes(2));
        assertThat(crashes(fleet)).isEmpty();
        var memory = fleet.memory;
        fleet.run(Duration.ofMinutes(1));
        assertThat(fleet.memory).isEqualTo(memory);
    }

    @Test
    void anEngineThatLivedForLongIsReplacedAtOnceEachTime() {
        var fleet = steady(3, 1);
        var starts =
                startsWhileEnginesLive(
                        fleet, 1, CrashLoop.YOUNG.plusSeconds(1), Duration.ofMinutes(60));
        assertThat(starts).hasSize(5);
        assertThat(crashes(fleet)).isEmpty();
        assertThat(fleet.decisions).extracting(Decision::code).doesNotContain(Reason.CRASH_LOOP);
    }

    @Test
    void enginesThatEndTogetherAreOneLoss() {
        var fleet = steady(3, 4);
        crash(fleet, 1, Duration.ZERO);
        fleet.run(Duration.ofSeconds(10));
        assertThat(fleet.ready()).isEqualTo(4);
        assertThat(crashes(fleet).get(1)).matches(c -> c != null && c.inARow() == 1);
        assertThat(fleet.decisions).extracting(Decision::code).doesNotContain(Reason.CRASH_LOOP);
    }

    @Test
    void lossesOfNodesNoticesAndOperatorsDoNotCount() {
        var fleet = steady(4, 2);
        for (int i = 1; i <= 3; i++) {
            fleet.silence("node-" + i);
            fleet.run(Duration.ofSeconds(20));
            fleet.silent.clear();
            fleet.run(Duration.ofSeconds(20));
        }
        fleet.notice("node-1", Duration.ofSeconds(30));
        fleet.run(Duration.ofSeconds(1));
        fleet.replicas.values().stream()
                .filter(r -> r.node().value().equals("node-1") && r.state().isLive())
                .toList()
                .forEach(r -> fleet.to(r, ReplicaState.FAILED, "exit code 143"));
        fleet.run(Duration.ofSeconds(40));
        assertThat(fleet.ready()).isEqualTo(2);
        assertThat(crashes(fleet)).isEmpty();
    }

    @Test
    void anotherRevisionIsStartedWithoutWaiting() {
        var fleet = steady(3, 1);
        startsWhileEnginesLive(fleet, 1, Duration.ofSeconds(2), Duration.ofMinutes(4));
        assertThat(crashes(fleet).get(1)).matches(c -> c != null && c.inARow() >= 6);
        fleet.revisions.add(FleetBuilder.revision(2));
        startsWhileEnginesLive(fleet, 1, Duration.ofSeconds(2), Duration.ofMinutes(3));
        assertThat(fleet.replicas.values())
                .filteredOn(r -> r.state() == ReplicaState.READY)
                .isNotEmpty()
                .allMatch(r -> r.revision() == 2);
        assertThat(crashes(fleet)).doesNotContainKey(2);
    }

    @Test
    void aReplacementForANoticeDoesNotWait() {
        var fleet = steady(4, 2);
        startsWhileEnginesLive(fleet, 1, Duration.ofSeconds(2), Duration.ofMinutes(5));
        fleet.run(Duration.ofSeconds(70));
        assertThat(fleet.ready()).isEqualTo(2);
        var ready =
                fleet.replicas.values().stream()
                        .filter(r -> r.state() == ReplicaState.READY)
                        .toList();
        fleet.to(ready.getFirst(), ReplicaState.FAILED, "exit code 139");
        fleet.notice(ready.getLast().node().value(), Duration.ofSeconds(30));
        fleet.run(Duration.ofSeconds(10));
        assertThat(crashes(fleet).get(1)).matches(c -> c != null && c.until().isAfter(fleet.now));
        assertThat(fleet.ready()).isGreaterThanOrEqualTo(2);
    }

    static LongStream seeds() {
        return LongStream.range(0, 40);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void startsFewWhateverTheLivesAreAndComesToRest(long seed) {
        var random = new Random(seed);
        int replicas = 1 + random.nextInt(3);
        var fleet = steady(3, replicas);
        int starts = 0;
        for (int minute = 0; minute < 30; minute++) {
            var life = Duration.ofMillis(500 + random.nextInt(20_000));
            starts += startsWhileEnginesLive(fleet, 1, life, Duration.ofMinutes(1)).size();
        }
        // 64 s apart from the seventh on, where a start and a life alone would take 6 to 25 s.
        assertThat(starts).isBetween(replicas * 10, replicas * 40);
        fleet.run(CrashLoop.YOUNG.plusMinutes(3));
        assertThat(fleet.ready()).isEqualTo(replicas);
        assertThat(crashes(fleet)).isEmpty();
        fleet.decisions.clear();
        fleet.run(Duration.ofMinutes(1));
        assertThat(fleet.decisions).isEmpty();
    }
}
