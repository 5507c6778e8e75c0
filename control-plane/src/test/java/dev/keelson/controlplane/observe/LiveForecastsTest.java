package dev.keelson.controlplane.observe;

import static dev.keelson.core.testing.FleetBuilder.CHAT;
import static dev.keelson.core.testing.FleetBuilder.START;
import static dev.keelson.core.testing.OutlookBuilder.anOutlook;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.core.demand.DemandReadings;
import dev.keelson.core.demand.Outlook;
import dev.keelson.core.demand.Reading;
import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.DeploymentState;
import dev.keelson.core.fleet.EngineLoad;
import dev.keelson.core.fleet.FleetState;
import dev.keelson.core.fleet.Replica;
import dev.keelson.core.testing.FleetModel;
import dev.keelson.exchange.kafka.Expected;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class LiveForecastsTest {
    private Instant now = START;
    private final ForecastBoard board = new ForecastBoard(() -> now);
    private final FleetModel fleet = new FleetModel(3, 2, 4);
    private final LiveForecasts source = new LiveForecasts(board, () -> fleet.policies);

    @Test
    void givesTheNewestForecastOfDeploymentsThatAreThereAndOfNoOther() {
        var state = state(null);
        assertThat(source.forecasts(state).outlooks()).isEmpty();
        board.accept(expected("chat", now.minusSeconds(5)));
        board.accept(expected("chat", now.minusSeconds(15)));
        board.accept(expected("unknown", now.minusSeconds(5)));

        var outlooks = source.forecasts(state).outlooks();

        assertThat(outlooks).containsOnlyKeys(CHAT);
        assertThat(outlook().forecast().origin()).isEqualTo(now.minusSeconds(5));
    }

    @Test
    void aClockThatIsAheadMakesNoForecastFromTheFuture() {
        board.accept(expected("chat", now.plusSeconds(60)));
        assertThat(Objects.requireNonNull(board.of("chat")).forecast().origin()).isEqualTo(now);
    }

    @Test
    void measuresCapacityOncePerReadingAndStartsFromTheDecisionToReady() {
        board.accept(expected("chat", now.minusSeconds(5)));
        source.forecasts(state(null));
        assertThat(outlook().capacity()).isNull();
        assertThat(outlook().startups().measured()).isEmpty();
        fleet.run(Duration.ofSeconds(30));
        now = Objects.requireNonNull(fleet.planned).observedAt();
        board.accept(expected("chat", now.minusSeconds(5)));
        // Two replicas, 4 requests at 40 tokens a second each; the same reading twice counts once.
        for (int second = 0; second < 30; second++) {
            var readings = readings(4, 160, now.plusSeconds(second));
            source.forecasts(state(readings));
            source.forecasts(state(readings));
        }
        double use = 4.0 / (2 * spec().maxSequences());
        double alone = 40 * (1 + 0.5 * use);
        assertThat(Objects.requireNonNull(outlook().capacity()).decodeTokensPerSecond())
                .isCloseTo(
                        spec().maxSequences() * 0.7 * alone / (1 + 0.5 * 0.7), Offset.offset(1e-6));
        var replica = fleet.state().replicas().firstEntry().getValue();
        assertThat(outlook().startups().measured())
                .hasSize(2)
                .contains(Duration.between(replica.decidedAt(), replica.changedAt()));
    }

    @Test
    void requestsThatMissTheServiceLevelAtACapacitysWorkLowerIt() {
        board.accept(expected("chat", now.minusSeconds(5)));
        fleet.run(Duration.ofSeconds(30));
        now = Objects.requireNonNull(fleet.planned).observedAt();
        board.accept(expected("chat", now.minusSeconds(5)));
        double inFlight = 2 * spec().maxSequences() * 0.7;
        for (int second = 0; second < 30; second++) {
            source.forecasts(state(readings(inFlight, 440, now.plusSeconds(second))));
        }
        double before = Objects.requireNonNull(outlook().capacity()).decodeTokensPerSecond();
        for (int second = 30; second < 60; second++) {
            // A window of outcomes is of ten seconds: it comes again and again meanwhile.
            var outcomes = new Reading(0.4, now.plusSeconds(second - second % 10));
            source.forecasts(state(readings(inFlight, 0, 440, now.plusSeconds(second), outcomes)));
        }
        // Three windows, a fifth of the requests missed: each takes 0.1 x (0.2 - 0.01).
        assertThat(Objects.requireNonNull(outlook().capacity()).decodeTokensPerSecond())
                .isCloseTo(before * Math.pow(1 - 0.019, 3), Offset.offset(1e-6));
    }

    @Test
    void aQueueLongerThanTheServiceLevelLowersACapacity() {
        // 11.2 of 16 places and 6 more: all are taken, and two replicas take up 3 within 1.5 s.
        double few = changeWith(6);
        assertThat(few).isGreaterThan(1);
        double many = changeWith(8);
        assertThat(many).isCloseTo(1 - 0.1 * (0.2 - 0.01), Offset.offset(1e-6));
    }

    /** What becomes of a capacity while so many requests wait and none misses. */
    private double changeWith(double queued) {
        board.accept(expected("chat", now.minusSeconds(5)));
        fleet.run(Duration.ofSeconds(30));
        now = Objects.requireNonNull(fleet.planned).observedAt();
        board.accept(expected("chat", now.minusSeconds(5)));
        double inFlight = 2 * spec().maxSequences() * 0.7;
        for (int second = 0; second < 60; second++) {
            source.forecasts(state(readings(inFlight, queued, 440, now.plusSeconds(second), null)));
        }
        double before = Objects.requireNonNull(outlook().capacity()).decodeTokensPerSecond();
        var end = now.plusSeconds(60);
        source.forecasts(state(readings(inFlight, queued, 440, end, new Reading(0, end))));
        return Objects.requireNonNull(outlook().capacity()).decodeTokensPerSecond() / before;
    }

    @Test
    void promptTokensThatAPrefixCacheHoldsAreNoWork() {
        board.accept(expected("chat", now.minusSeconds(5)));
        fleet.run(Duration.ofSeconds(30));
        now = Objects.requireNonNull(fleet.planned).observedAt();
        board.accept(expected("chat", now.minusSeconds(5)));
        for (int second = 0; second < 30; second++) {
            var load = new EngineLoad(2.0, 0.0, 0.1, 80.0 * second, 100.0 * second, 75.0 * second);
            fleet.replicas.replaceAll((_, replica) -> with(replica, load));
            source.forecasts(state(readings(4, 160, now.plusSeconds(second))));
        }
        var capacity = Objects.requireNonNull(outlook().capacity());
        assertThat(Objects.requireNonNull(source.learned(CHAT).prefixHits()))
                .isCloseTo(0.75, Offset.offset(1e-9));
        assertThat(capacity.prefillTokensPerSecond() / capacity.decodeTokensPerSecond())
                .isCloseTo(16 / 0.25, Offset.offset(1e-6));
    }

    private static Replica with(Replica r, EngineLoad load) {
        return new Replica(
                r.id(),
                r.deployment(),
                r.revision(),
                r.node(),
                r.state(),
                r.thousandths(),
                r.decidedAt(),
                r.changedAt(),
                r.url(),
                r.pid(),
                r.startedAt(),
                r.startup(),
                r.progressAge(),
                load,
                r.reason());
    }

    private Outlook outlook() {
        return Objects.requireNonNull(source.forecasts(state(null)).outlooks().get(CHAT));
    }

    private dev.keelson.core.fleet.Deployment spec() {
        return Objects.requireNonNull(fleet.state().deployments().get(CHAT)).spec();
    }

    private static DemandReadings readings(double inFlight, double outputs, Instant at) {
        return readings(inFlight, 0, outputs, at, null);
    }

    private static DemandReadings readings(
            double inFlight, double queued, double outputs, Instant at, @Nullable Reading misses) {
        return new DemandReadings(
                new Reading(inFlight, at),
                new Reading(queued, at),
                new Reading(1, at),
                new Reading(outputs, at),
                null,
                new Reading(0, at),
                new Reading(2, at),
                misses);
    }

    private FleetState state(@Nullable DemandReadings demand) {
        var s = fleet.state();
        if (demand == null) {
            return s;
        }
        var deployments = new TreeMap<DeploymentId, DeploymentState>(s.deployments());
        deployments.computeIfPresent(
                CHAT, (_, d) -> new DeploymentState(d.spec(), d.revisions(), demand));
        return new FleetState(
                s.observedAt(),
                s.epoch(),
                s.control(),
                s.nodes(),
                deployments,
                s.replicas(),
                s.freezes(),
                s.requests());
    }

    private Expected expected(String deployment, Instant origin) {
        var forecast =
                Objects.requireNonNull(
                                anOutlook()
                                        .withAge(
                                                Duration.between(
                                                        origin, fleet.state().observedAt()))
                                        .of(at -> 2)
                                        .forecasts(fleet.state())
                                        .outlooks()
                                        .get(CHAT))
                        .forecast();
        return new Expected(deployment, forecast, null, new TreeMap<>(), List.of());
    }
}
