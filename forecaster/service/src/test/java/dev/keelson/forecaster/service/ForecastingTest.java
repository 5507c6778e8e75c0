package dev.keelson.forecaster.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.exchange.kafka.KafkaSettings;
import dev.keelson.forecaster.learned.network.DeepAr;
import dev.keelson.forecaster.learned.network.NetworkShape;
import dev.keelson.forecaster.learned.network.RecurrentNetwork;
import dev.keelson.forecaster.learned.network.SeriesInputs;
import dev.keelson.forecaster.learned.registry.ModelCard;
import dev.keelson.forecaster.learned.registry.ModelKind;
import dev.keelson.forecaster.learned.registry.StoredModel;
import dev.keelson.protocol.RecordCodec;
import dev.keelson.protocol.v1.ForecastRecord;
import dev.keelson.protocol.v1.ModelShare;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

final class ForecastingTest {
    private static final int HORIZON = 6;

    @Test
    void eachStepGivesOneWholeForecastOnceTheHistoryIsLongEnough() throws Exception {
        var forecasting = new Forecasting(config());
        int made = 0;
        for (int step = 0; step < 40; step++) {
            forecasting.window(DemandHistoryTest.window(step, 50, 0));
            List<ForecastRecord> due = forecasting.due();
            made += due.size();
            for (ForecastRecord forecast : due) {
                assertThat(RecordCodec.FORECASTS.decode(forecast.toByteArray()))
                        .isEqualTo(forecast);
                assertThat(forecast.getOriginMs()).isEqualTo(10_000L * (step + 1));
                assertThat(forecast.getIndicatorsCount()).isEqualTo(3);
            }
            assertThat(forecasting.due()).isEmpty();
        }
        // A horizon and twelve origins are needed first.
        assertThat(made).isEqualTo(40 - (HORIZON + 12) + 1);
    }

    @Test
    void steadyDemandIsExpectedToStaySteadyInRequestsAndTokens() {
        ForecastRecord last = play(new Forecasting(config()), step -> 50, 200);

        for (int h = 0; h < HORIZON; h++) {
            assertThat(mean(last, 0, h)).isCloseTo(5, Offset.offset(1e-3));
            assertThat(mean(last, 1, h)).isCloseTo(500, Offset.offset(.1));
            assertThat(mean(last, 2, h)).isCloseTo(100, Offset.offset(.1));
        }
        assertThat(last.getScore().getLanded()).isPositive();
        assertThat(last.getScore().getWape()).isLessThan(1e-3);
    }

    @Test
    void aLevelShiftIsFollowedWithinAMinute() {
        ForecastRecord last = play(new Forecasting(config()), step -> step < 200 ? 50 : 200, 206);

        assertThat(mean(last, 0, 0)).isGreaterThan(12);
    }

    @Test
    void aRiseThatComesEveryDayIsExpectedBeforeItComes() {
        int day = 60;
        ForecastRecord last =
                play(new Forecasting(config()), step -> step % day < 40 ? 20 : 100, 8 * day + 38);

        assertThat(mean(last, 0, 0)).isLessThan(4);
        assertThat(mean(last, 0, 4)).isGreaterThan(7);
        assertThat(last.getModelsList())
                .extracting(ModelShare::getModel)
                .contains("level-and-day", "ets", "theta", "slot-mean-60", "seasonal-naive-60");
    }

    @Test
    void theBandHoldsMostOfWhatComes() {
        var random = new SplittableRandom(3);
        ForecastRecord last = play(new Forecasting(config()), step -> 40 + random.nextInt(21), 400);

        assertThat(last.getScore().getCoverage80()).isBetween(.6, .97);
    }

    @Test
    void aPoorNightDoesNotLowerTheDayThatDaysBeforeHaveShown() {
        var random = new SplittableRandom(5);
        int season = 60;
        int rise = 3 * season + 30;
        Demand days =
                step -> {
                    boolean isDay = step % season >= 30;
                    boolean isPoor = step >= rise - 5;
                    return isDay ? 130 + random.nextInt(21) : isPoor ? 10 : 15 + random.nextInt(11);
                };
        ForecastRecord last = play(new Forecasting(config()), days, rise);

        // The night's rates, half of the usual, would say 7 requests a second.
        assertThat(mean(last, 0, 0)).isBetween(10.0, 16.0);
        assertThat(last.getScore().getCoverage80()).isBetween(.6, .97);
    }

    @Test
    void gapsNeitherLandNorStopForecasts() {
        var forecasting = new Forecasting(config());
        ForecastRecord before = play(forecasting, step -> 50, 100);
        for (int step = 130; step < 135; step++) {
            forecasting.window(DemandHistoryTest.window(step, 50, 0));
            List<ForecastRecord> due = forecasting.due();
            assertThat(due).hasSize(1);
            assertThat(mean(due.getFirst(), 0, 0)).isCloseTo(5, Offset.offset(.5));
        }
        assertThat(before.getScore().getWape()).isLessThan(1e-3);
    }

    @Test
    void learnedModelsJoinAndLeaveThePoolWithTheRegistry() {
        var forecasting = new Forecasting(config());
        forecasting.use(List.of(stored("deepar-1"), stored("deepar-2")));
        play(forecasting, step -> 50, 60);
        assertThat(forecasting.belief()).containsKeys("deepar-1", "deepar-2");

        forecasting.use(List.of(stored("deepar-2")));

        assertThat(forecasting.belief()).doesNotContainKey("deepar-1").containsKey("deepar-2");
        assertThat(play(forecasting, step -> 50, 90).getModelsList()).isNotEmpty();
    }

    @Test
    void aModelThatIsNoGoodLosesItsBelief() {
        var forecasting = new Forecasting(config());
        forecasting.use(List.of(stored("untrained")));
        play(forecasting, step -> step % 2 == 0 ? 40 : 60, 300);

        Map<String, Double> belief = forecasting.belief();

        assertThat(belief.getOrDefault("untrained", 1.0)).isLessThan(1.0 / belief.size());
    }

    private interface Demand {
        long at(int step);
    }

    private static ForecastRecord play(Forecasting forecasting, Demand demand, int steps) {
        List<ForecastRecord> last = new ArrayList<>();
        for (int step = 0; step < steps; step++) {
            forecasting.window(DemandHistoryTest.window(step, demand.at(step), 0));
            List<ForecastRecord> due = forecasting.due();
            last = due.isEmpty() ? last : due;
        }
        return last.getFirst();
    }

    private static double mean(ForecastRecord forecast, int indicator, int step) {
        double sum = 0;
        for (int k = 0; k < forecast.getPaths(); k++) {
            sum += forecast.getIndicators(indicator).getValues(k * forecast.getSteps() + step);
        }
        return sum / forecast.getPaths();
    }

    private static StoredModel stored(String name) {
        var shape = new NetworkShape(SeriesInputs.WIDTH, 4, 1, 1);
        float[] parameters = new float[shape.parameters()];
        // A wide deviation: the softplus of 3.
        parameters[parameters.length - 1] = 3;
        return new StoredModel.Recurrent(
                new ModelCard(
                        name,
                        ModelKind.DEEP_AR,
                        new ModelCard.TrainingWindow(List.of("chat"), 0, 1, 10, 1),
                        ModelCard.Statistics.of(new double[] {1}),
                        new TreeMap<>(),
                        0,
                        "test",
                        1),
                new DeepAr(new RecurrentNetwork(shape, parameters), 12));
    }

    static ForecasterConfig config() {
        return new ForecasterConfig(
                Path.of("none"),
                "127.0.0.1",
                0,
                new KafkaSettings("none:1", Map.of()),
                Duration.ofSeconds(10),
                HORIZON,
                40,
                Duration.ofMinutes(10),
                Duration.ofHours(2),
                ForecasterConfig.Training.STANDARD);
    }
}
