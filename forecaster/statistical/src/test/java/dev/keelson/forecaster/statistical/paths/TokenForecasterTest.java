package dev.keelson.forecaster.statistical.paths;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.core.demand.DemandReadings;
import dev.keelson.core.demand.Forecasts;
import dev.keelson.core.demand.Indicator;
import dev.keelson.core.demand.Outlook;
import dev.keelson.core.demand.Reading;
import dev.keelson.core.demand.ReplicaCapacity;
import dev.keelson.core.fleet.ControlHealth;
import dev.keelson.core.fleet.Deployment;
import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.DeploymentState;
import dev.keelson.core.fleet.EngineSpec;
import dev.keelson.core.fleet.FleetState;
import dev.keelson.core.fleet.Revision;
import dev.keelson.core.policy.Slo;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.DoubleSupplier;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

final class TokenForecasterTest {
    private static final DeploymentId CHAT = new DeploymentId("chat");
    private static final EngineSpec ENGINE = new EngineSpec("e", "m", "m", new TreeMap<>());

    private static TokenForecaster forecaster() {
        return new TokenForecaster(
                new TokenForecaster.Setup(
                        CHAT,
                        Duration.ofSeconds(10),
                        Duration.ofMinutes(1),
                        new ReplicaCapacity(1_000, 100),
                        Duration.ofSeconds(25),
                        DayProfile.FLAT));
    }

    /** One second after the other: 100 prompt and 20 output tokens a request. */
    private static Forecasts fed(
            TokenForecaster forecaster, int seconds, DoubleSupplier rate, IntPredicate isSeen) {
        return fed(forecaster, seconds, rate, () -> 100, isSeen);
    }

    /**
     * @param length prompt tokens a request, asked for once a second
     */
    private static Forecasts fed(
            TokenForecaster forecaster,
            int seconds,
            DoubleSupplier rate,
            DoubleSupplier length,
            IntPredicate isSeen) {
        var newest = Forecasts.NONE;
        var demand = DemandReadings.UNKNOWN;
        for (int t = 1; t <= seconds; t++) {
            var now = Instant.EPOCH.plusSeconds(t);
            double requests = rate.getAsDouble();
            if (isSeen.test(t)) {
                demand =
                        new DemandReadings(
                                new Reading(1, now),
                                new Reading(0, now),
                                new Reading(requests, now),
                                new Reading(20 * requests, now),
                                null,
                                new Reading(length.getAsDouble() * requests, now),
                                new Reading(requests, now),
                                new Reading(0, now));
            }
            newest = forecaster.forecasts(state(now, demand));
        }
        return newest;
    }

    private static FleetState state(Instant now, DemandReadings demand) {
        var deployment =
                new Deployment(
                        CHAT,
                        ENGINE,
                        new Slo(Duration.ofSeconds(2), Duration.ofMillis(60)),
                        1,
                        4,
                        1_000,
                        8,
                        2_048);
        var state = new DeploymentState(deployment, List.of(new Revision(CHAT, 1, ENGINE)), demand);
        return new FleetState(
                now,
                1,
                new ControlHealth(Instant.EPOCH, Duration.ofSeconds(1), now),
                new TreeMap<>(),
                new TreeMap<>(Map.of(CHAT, state)),
                new TreeMap<>(),
                List.of(),
                List.of());
    }

    private static Outlook outlook(Forecasts forecasts) {
        return Objects.requireNonNull(forecasts.outlooks().get(CHAT));
    }

    private static double median(Outlook outlook, Indicator indicator, int step) {
        return Objects.requireNonNull(outlook.forecast().of(indicator)).quantile(0.5, step);
    }

    @Test
    void itSaysNothingWhileItWarmsUp() {
        assertThat(fed(forecaster(), 120, () -> 5, t -> true)).isEqualTo(Forecasts.NONE);
    }

    @Test
    void steadyDemandIsForecastAsTokenWork() {
        var outlook = outlook(fed(forecaster(), 900, () -> 5, t -> true));
        assertThat(median(outlook, Indicator.REQUESTS, 3)).isEqualTo(5, within(0.1));
        assertThat(median(outlook, Indicator.PREFILL_TOKENS, 3)).isEqualTo(500, within(10.0));
        assertThat(median(outlook, Indicator.DECODE_TOKENS, 3)).isEqualTo(100, within(2.0));
        assertThat(Objects.requireNonNull(outlook.error()).landed()).isGreaterThan(20);
    }

    @Test
    void aGapIsNotAZero() {
        var outlook = outlook(fed(forecaster(), 1_200, () -> 5, t -> t % 100 > 50));
        assertThat(median(outlook, Indicator.REQUESTS, 3)).isEqualTo(5, within(0.1));
    }

    /** The levels of requests and of their tokens fall at speeds of their own in such a time. */
    @Test
    void aTimeWithoutRequestsIsForecastAsNearlyNothing() {
        var random = new SplittableRandom(5);
        int[] second = {0};
        var ofTenSeconds = new double[480];
        Arrays.setAll(ofTenSeconds, i -> random.nextDouble() < 0.1 ? 1_000 : 20);
        DoubleSupplier rate = () -> second[0]++ < 3_600 ? 5 : 0;
        DoubleSupplier length = () -> ofTenSeconds[(second[0] - 1) / 10];
        var outlook = outlook(fed(forecaster(), 4_800, rate, length, t -> true));
        var prefill = Objects.requireNonNull(outlook.forecast().of(Indicator.PREFILL_TOKENS));
        for (int step = 0; step < prefill.steps(); step++) {
            // No second before brought more.
            assertThat(prefill.quantile(1, step)).isLessThan(5_000);
        }
    }

    @Test
    void bandsCoverWhatTheySay() {
        var random = new SplittableRandom(3);
        DoubleSupplier poisson =
                () -> {
                    int count = -1;
                    for (double sum = 0; sum < 8; count++) {
                        sum -= Math.log(1 - random.nextDouble());
                    }
                    return count;
                };
        var error =
                Objects.requireNonNull(
                        outlook(fed(forecaster(), 8_000, poisson, t -> true)).error());
        assertThat(error.coverage80()).isBetween(0.72, 0.88);
        assertThat(error.coverage95()).isBetween(0.90, 0.99);
        assertThat(error.bias()).isBetween(-0.02, 0.02);
    }

    @Test
    void theDaysProfileMovesTheForecastBeforeTheDemand() {
        // Ten minutes at 1, then at 3, again and again through the day.
        var rates = new double[144];
        for (int i = 0; i < rates.length; i++) {
            rates[i] = i == 1 ? 3 : 1;
        }
        var profile = DayProfile.of(rates, 144);
        assertThat(profile.growth(300, 900)).isEqualTo(3, within(1e-9));
        assertThat(profile.growth(300, 600)).isEqualTo(2, within(1e-9));
        assertThat(DayProfile.FLAT.growth(300, 900)).isEqualTo(1);
    }
}
