package dev.keelson.core.plan;

import static dev.keelson.core.testing.FleetBuilder.CHAT;
import static dev.keelson.core.testing.FleetBuilder.START;
import static dev.keelson.core.testing.OutlookBuilder.anOutlook;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.core.demand.Forecasts;
import dev.keelson.core.demand.Outlook;
import dev.keelson.core.fleet.CapacityType;
import dev.keelson.core.policy.ActionClass;
import dev.keelson.core.policy.Autonomy;
import dev.keelson.core.policy.ForecastPolicy;
import dev.keelson.core.policy.Policies;
import dev.keelson.core.testing.FleetModel;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What is forecast is served by replicas that were started before it came. */
final class ForecastScalingTest {
    private static final Instant RISE = START.plusSeconds(60);

    private static FleetModel fleet(int min) {
        return new FleetModel(4, min, 6);
    }

    private static double rise(Instant at) {
        return at.isBefore(RISE) ? 0.8 : 3.5;
    }

    private static int wanted(FleetModel fleet) {
        return Objects.requireNonNull(fleet.memory.deployments().get(CHAT)).wanted();
    }

    private static List<Decision> with(FleetModel fleet, Reason code) {
        return fleet.decisions.stream().filter(d -> d.code() == code).toList();
    }

    @Test
    void replicasAreReadyBeforeTheTrafficComes() {
        var fleet = fleet(1);
        fleet.requestsThere = 3.0;
        fleet.forecasts = anOutlook().of(ForecastScalingTest::rise);
        fleet.run(Duration.ofSeconds(30));
        assertThat(wanted(fleet)).isEqualTo(1);
        fleet.run(Duration.ofSeconds(29));
        assertThat(fleet.ready()).isGreaterThanOrEqualTo(4);
    }

    @Test
    void aForecastDecisionTellsTheForecastTheCandidatesAndWhatBound() {
        var fleet = fleet(1);
        fleet.requestsThere = 3.0;
        fleet.forecasts = anOutlook().of(ForecastScalingTest::rise);
        fleet.run(Duration.ofSeconds(59));
        var decision = with(fleet, Reason.FORECAST_ABOVE).getFirst();
        assertThat(decision.reason()).contains("worth of work is forecast");
        assertThat(decision.inputs())
                .extracting(Decision.Input::name)
                .contains(
                        "forecastReplicasAfterStart",
                        "decode_tokensPerSecondPeakQ90",
                        "capacityDecodeTokensPerSecond",
                        "leadSeconds",
                        "missPrice",
                        "forecastWape");
        assertThat(decision.rejected())
                .extracting(Decision.Rejected::constraint)
                .allMatch(c -> c.contains("misses included"));
    }

    @Test
    void theLeadTimeIsOfTheTiersThatAReplicaMayStartOn() {
        var fleet = fleet(1);
        var state = fleet.state();
        var outlooks = anOutlook().of(at -> 1).forecasts(state).outlooks();
        var made = Objects.requireNonNull(outlooks.get(CHAT));
        var startups = made.startups();
        for (int k = 0; k < 5; k++) {
            startups = startups.with(CapacityType.SPOT, Duration.ofMinutes(5));
        }
        for (int k = 0; k < 50; k++) {
            startups = startups.with(CapacityType.ON_DEMAND, Duration.ofSeconds(8));
        }
        var outlook = new Outlook(made.forecast(), made.error(), made.capacity(), startups);
        var policy = ForecastPolicy.defaults(CHAT);
        var now = state.observedAt();
        assertThat(Planner.whyUnusable(outlook, policy, Set.of(CapacityType.ON_DEMAND), now))
                .isNull();
        assertThat(Planner.whyUnusable(outlook, policy, Set.of(CapacityType.SPOT), now))
                .contains("(300 s)");
    }

    @Test
    void whoWarmsUpIsNotActedOnAndItIsToldOnce() {
        var fleet = fleet(1);
        fleet.requestsThere = 3.0;
        fleet.forecasts = anOutlook().withLanded(5).of(at -> 4);
        fleet.run(Duration.ofSeconds(30));
        assertThat(wanted(fleet)).isEqualTo(1);
        assertThat(with(fleet, Reason.FORECAST_UNUSABLE)).hasSize(1);
    }

    @Test
    void anOldForecastIsNotActedOn() {
        var fleet = fleet(1);
        fleet.requestsThere = 3.0;
        fleet.forecasts = anOutlook().withAge(Duration.ofSeconds(70)).of(at -> 4);
        fleet.run(Duration.ofSeconds(30));
        assertThat(wanted(fleet)).isEqualTo(1);
    }

    @Test
    void theMemoryRestsWhileNothingChanges() {
        var fleet = fleet(1);
        fleet.requestsThere = 3.0;
        fleet.forecasts = anOutlook().of(at -> 0.8);
        fleet.run(Duration.ofMinutes(7));
        var before = fleet.memory;
        fleet.run(Duration.ofMinutes(1));
        assertThat(fleet.memory).isEqualTo(before);
    }

    @Test
    void withoutAReadingOfPresentLoadNothingChanges() {
        var fleet = fleet(1);
        fleet.forecasts = anOutlook().of(at -> 4);
        fleet.requestsThere = null;
        fleet.run(Duration.ofMinutes(1));
        assertThat(with(fleet, Reason.FORECAST_ABOVE)).isEmpty();
        assertThat(wanted(fleet)).isEqualTo(1);
    }

    @Test
    void adviceShowsWhatItWouldHaveDoneAndDoesNothing() {
        var fleet = fleet(1);
        fleet.requestsThere = 3.0;
        fleet.forecasts = anOutlook().of(at -> 3.5);
        var levels = new TreeMap<>(fleet.policies.autonomy());
        levels.put(ActionClass.FORECAST, Autonomy.ADVISE);
        fleet.policies =
                new Policies(
                        "01",
                        fleet.policies.autoscaling(),
                        fleet.policies.recovery(),
                        fleet.policies.spot(),
                        levels,
                        0,
                        0);
        fleet.run(Duration.ofSeconds(30));
        assertThat(wanted(fleet)).isEqualTo(1);
        var advice = with(fleet, Reason.AUTONOMY);
        assertThat(advice).hasSize(1);
        assertThat(advice.getFirst().reason()).contains("from 1 to 4 is advised and not done");
    }

    @Test
    void adviceGoesOnFromWhatItAdvisedBefore() {
        var fleet = fleet(1);
        fleet.requestsThere = 3.0;
        fleet.forecasts = anOutlook().of(at -> at.isBefore(RISE) ? 3.5 : 1.5);
        setMode(fleet, ForecastPolicy.Mode.ADVISE);
        fleet.run(Duration.ofMinutes(2));
        assertThat(with(fleet, Reason.AUTONOMY))
                .extracting(Decision::reason)
                .satisfiesExactly(
                        up -> assertThat(up).contains("from 1 to 4 is advised"),
                        down -> assertThat(down).contains("from 4 to 2 is advised"));
        assertThat(wanted(fleet)).isEqualTo(1);
    }

    @Test
    void theModeOfADeploymentStandsAboveTheFleetsAutonomy() {
        var fleet = fleet(1);
        fleet.requestsThere = 3.0;
        fleet.forecasts = anOutlook().of(at -> 3.5);
        setMode(fleet, ForecastPolicy.Mode.ADVISE);
        fleet.run(Duration.ofSeconds(30));
        assertThat(wanted(fleet)).isEqualTo(1);
        setMode(fleet, ForecastPolicy.Mode.ACT);
        fleet.run(Duration.ofSeconds(10));
        assertThat(wanted(fleet)).isEqualTo(4);
    }

    @Test
    void presentLoadScalesOnceTheForecasterIsGoneAndTheDecisionSaysSo() {
        var fleet = fleet(1);
        fleet.requestsThere = 3.0;
        var alive = anOutlook().of(at -> 0.5);
        var last = new AtomicReference<>(Forecasts.NONE);
        fleet.forecasts =
                observed ->
                        observed.observedAt().isBefore(START.plusSeconds(20))
                                ? last.updateAndGet(_ -> alive.forecasts(observed))
                                : last.get();
        fleet.run(Duration.ofSeconds(90));
        assertThat(with(fleet, Reason.FORECAST_UNUSABLE)).hasSize(1);
        fleet.requestsThere = 13.0;
        fleet.run(Duration.ofSeconds(20));
        var decision = with(fleet, Reason.DEMAND_ABOVE_TARGET).getFirst();
        assertThat(wanted(fleet)).isGreaterThan(1);
        assertThat(decision.inputs())
                .contains(new Decision.Input("forecastReplicasAfterStart", null, null));
    }

    private static void setMode(FleetModel fleet, ForecastPolicy.Mode mode) {
        var usual = ForecastPolicy.defaults(CHAT);
        var policy =
                new ForecastPolicy(
                        CHAT,
                        usual.missPrice(),
                        usual.leadQuantile(),
                        usual.shrinkHold(),
                        usual.floorUtilization(),
                        usual.minLanded(),
                        usual.maxAge(),
                        mode);
        fleet.policies =
                new Policies(
                        "01",
                        fleet.policies.autoscaling(),
                        new TreeMap<>(Map.of(CHAT, policy)),
                        fleet.policies.recovery(),
                        fleet.policies.spot(),
                        fleet.policies.autonomy(),
                        0,
                        0);
    }

    @Test
    void noForecastStarvesABurst() {
        var fleet = fleet(1);
        fleet.forecasts = anOutlook().of(at -> 0.5);
        fleet.requestsThere = 40.0;
        fleet.run(Duration.ofSeconds(20));
        assertThat(wanted(fleet)).isEqualTo(6);
        assertThat(with(fleet, Reason.DEMAND_ABOVE_TARGET)).isNotEmpty();
    }

    @Test
    void ofABurstMayWaitWhatGetsAPlaceWithinTheServiceLevel() {
        var fleet = fleet(1);
        // 0.9 x 8 places and 6 requests a second for 2 s: 19.2 of the 40 for one replica.
        fleet.forecasts = anOutlook().withRequests(6).of(at -> 0.5);
        fleet.requestsThere = 40.0;
        fleet.run(Duration.ofSeconds(20));
        assertThat(wanted(fleet)).isEqualTo(3);
        assertThat(with(fleet, Reason.DEMAND_ABOVE_TARGET).getFirst().reason())
                .contains(
                        "40 requests are there, more than get 90.0 % of the places of 1 replicas within 2 s");
    }

    @Test
    void aShrinkWaitsForTheHoldAndKeepsWhatTheForecastNeeds() {
        var fleet = fleet(1);
        fleet.requestsThere = 3.0;
        fleet.forecasts = anOutlook().of(at -> at.isBefore(START.plusSeconds(60)) ? 4.6 : 2.6);
        fleet.run(Duration.ofSeconds(59));
        assertThat(wanted(fleet)).isEqualTo(5);
        fleet.run(Duration.ofSeconds(8));
        assertThat(wanted(fleet)).isEqualTo(5);
        fleet.run(Duration.ofMinutes(1));
        assertThat(wanted(fleet)).isEqualTo(3);
        assertThat(with(fleet, Reason.FORECAST_BELOW)).isNotEmpty();
    }

    @Test
    void scalesToZeroAndWakesForWhatIsForecast() {
        var fleet = fleet(0);
        fleet.requestsThere = 0.0;
        fleet.forecasts =
                anOutlook()
                        .of(at ->
                                at.isBefore(START.plusSeconds(40))
                                        ? 0.5
                                        : at.isBefore(START.plusSeconds(200)) ? 0 : 0.7);
        fleet.run(Duration.ofSeconds(30));
        assertThat(wanted(fleet)).isEqualTo(1);
        fleet.run(Duration.ofMinutes(2));
        assertThat(wanted(fleet)).isZero();
        fleet.run(Duration.ofSeconds(49));
        assertThat(fleet.ready()).isEqualTo(1);
    }

    @Test
    void aWakeNeedsNoForecast() {
        var fleet = fleet(0);
        fleet.forecasts = anOutlook().of(at -> 0);
        fleet.requestsThere = 0.0;
        fleet.run(Duration.ofMinutes(1));
        assertThat(wanted(fleet)).isZero();
        fleet.requestsThere = 1.0;
        fleet.run(Duration.ofSeconds(10));
        assertThat(fleet.ready()).isEqualTo(1);
    }

    @Test
    void fromOneStateMoreForecastDemandNeverWantsFewer() {
        int before = 0;
        for (double demand = 0; demand < 6; demand += 0.75) {
            double expected = demand;
            var fleet = fleet(0);
            fleet.requestsThere = 0.0;
            fleet.forecasts = anOutlook().of(at -> expected);
            fleet.run(Duration.ofSeconds(45));
            assertThat(wanted(fleet)).as("demand %s", demand).isGreaterThanOrEqualTo(before);
            before = wanted(fleet);
        }
        assertThat(before).isGreaterThanOrEqualTo(5);
    }
}
