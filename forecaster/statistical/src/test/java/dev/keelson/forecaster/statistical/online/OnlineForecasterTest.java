package dev.keelson.forecaster.statistical.online;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.forecaster.series.Levels;
import dev.keelson.forecaster.series.QuantileForecast;
import dev.keelson.forecaster.statistical.booster.BoosterSettings;
import dev.keelson.forecaster.statistical.pool.LocalMethod;
import dev.keelson.forecaster.statistical.pool.SeasonalNaive;
import dev.keelson.forecaster.statistical.pool.SlotMean;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OnlineForecasterTest {
    private static final int SEASON = 24;
    private static final int LENGTH = 24 * 20;

    private static OnlineForecaster forecaster(long seed) {
        var settings =
                new OnlineSettings(
                        List.of(Target.step(1), new Target(2, 5)),
                        SEASON,
                        7 * SEASON,
                        Levels.of(.1, .5, .9),
                        new BoosterSettings(30, .1, 8, 10, .5, .7, 63, seed),
                        1,
                        SEASON,
                        4 * SEASON,
                        14 * SEASON,
                        8 * SEASON,
                        .01,
                        8 * SEASON);
        List<LocalMethod> pool =
                List.of(
                        new SeasonalNaive(1),
                        new SeasonalNaive(SEASON),
                        new SlotMean(SEASON, 7, true, 1));
        return new OnlineForecaster(settings, pool, 0);
    }

    /** Requests with a daily pattern that double from one day on. */
    private static double[] values(int shiftAt) {
        var random = new SplittableRandom(11);
        double[] values = new double[LENGTH];
        for (int i = 0; i < values.length; i++) {
            double usual = 200 + 150 * Math.sin(2 * Math.PI * i / SEASON);
            values[i] = Math.max(0, usual * (i >= shiftAt ? 2 : 1) + 15 * random.nextGaussian());
        }
        return values;
    }

    private static List<@Nullable QuantileForecast> all(double[] values, long seed) {
        var forecaster = forecaster(seed);
        var said = new ArrayList<@Nullable QuantileForecast>();
        for (double value : values) {
            forecaster.observe(value);
            said.add(forecaster.latest());
        }
        return said;
    }

    @Test
    void theSameValuesGiveTheSameForecastsAndNoneKnowsTheFuture() {
        double[] values = values(LENGTH);
        double[] other = values.clone();
        for (int i = 300; i < LENGTH; i++) {
            other[i] = 7;
        }
        var first = all(values, 1);
        var again = all(values, 1);
        var until = all(other, 1);

        for (int i = 0; i < LENGTH; i++) {
            assertThat(text(again.get(i))).isEqualTo(text(first.get(i)));
            if (i < 300) {
                assertThat(text(until.get(i))).as("step %d", i).isEqualTo(text(first.get(i)));
            }
        }
        assertThat(text(first.get(LENGTH - 1))).isNotEqualTo("null");
    }

    private static String text(@Nullable QuantileForecast forecast) {
        if (forecast == null) {
            return "null";
        }
        var text = new StringBuilder();
        for (int row = 0; row < forecast.horizon(); row++) {
            for (int place = 0; place < forecast.levels().size(); place++) {
                text.append(forecast.at(row, place)).append(' ');
            }
        }
        return text.toString();
    }

    @Test
    void theBandsHoldTheirShareAndTheMedianBeatsTheLastValue() {
        double[] values = values(LENGTH);
        var said = all(values, 1);
        int held = 0;
        int scored = 0;
        double error = 0;
        double last = 0;
        for (int i = 240; i < LENGTH - 1; i++) {
            QuantileForecast forecast = said.get(i);
            assertThat(forecast).isNotNull();
            if (forecast != null) {
                double next = values[i + 1];
                scored++;
                held += forecast.at(0, 0) <= next && next <= forecast.at(0, 2) ? 1 : 0;
                error += Math.abs(forecast.median(0) - next);
                last += Math.abs(values[i] - next);
            }
        }

        assertThat((double) held / scored).isBetween(.72, .88);
        assertThat(error).isLessThan(.75 * last);
    }

    @Test
    void aLevelShiftIsFollowedWithinADay() {
        int shift = 16 * SEASON;
        double[] values = values(shift);
        var said = all(values, 1);
        double error = 0;
        double size = 0;
        for (int i = shift + SEASON; i < shift + 3 * SEASON; i++) {
            QuantileForecast forecast = said.get(i);
            if (forecast != null) {
                error += Math.abs(forecast.median(0) - values[i + 1]);
                size += values[i + 1];
            }
        }

        assertThat(size).isPositive();
        assertThat(error / size).isLessThan(.15);
    }

    @Test
    void gapsCostNothingButWhatTheyHide() {
        double[] values = values(LENGTH);
        for (int i = 100; i < LENGTH; i += 7) {
            values[i] = Double.NaN;
        }
        for (int i = 260; i < 275; i++) {
            values[i] = Double.NaN;
        }
        var said = all(values, 1);
        double error = 0;
        double size = 0;
        for (int i = 300; i < LENGTH - 1; i++) {
            QuantileForecast forecast = said.get(i);
            assertThat(forecast).as("step %d", i).isNotNull();
            if (forecast != null && !Double.isNaN(values[i + 1])) {
                assertThat(forecast.at(0, 0)).isNotNegative();
                error += Math.abs(forecast.median(0) - values[i + 1]);
                size += values[i + 1];
            }
        }

        assertThat(error / size).isLessThan(.2);
    }

    @Test
    void aColdStartSaysNothingInsteadOfGuessing() {
        var forecaster = forecaster(1);
        for (int i = 0; i < 3 * SEASON; i++) {
            forecaster.observe(5);
            assertThat(forecaster.latest()).isNull();
        }
    }

    @Test
    void nothingButZerosIsSurvived() {
        var forecaster = forecaster(1);
        for (int i = 0; i < 8 * SEASON; i++) {
            forecaster.observe(0);
        }
        for (int i = 0; i < 8 * SEASON; i++) {
            forecaster.observe(10 + i % 5);
        }

        assertThat(forecaster.size()).isEqualTo(16 * SEASON);
    }

    @Test
    void coursesHaveTheQuantilesOfTheStepsAndHangTogether() {
        var forecaster = forecaster(1);
        double[] values = values(LENGTH);
        var random = new SplittableRandom(5);
        double mood = 0;
        for (double value : values) {
            // A slow mood moves neighbouring hours alike.
            mood = .95 * mood + random.nextGaussian();
            forecaster.observe(Math.max(0, value + 12 * mood));
        }
        var forecast = forecaster.latest();
        var paths = forecaster.paths(400, 3);
        assertThat(forecast).isNotNull();
        assertThat(paths).isNotNull();
        if (forecast == null || paths == null) {
            return;
        }
        for (int target = 0; target < 2; target++) {
            double width = forecast.at(target, 2) - forecast.at(target, 0);
            assertThat(paths.quantile(.5, target))
                    .isBetween(
                            forecast.median(target) - .15 * width,
                            forecast.median(target) + .15 * width);
            assertThat(paths.quantile(.9, target))
                    .isBetween(
                            forecast.at(target, 2) - .2 * width,
                            forecast.at(target, 2) + .2 * width);
        }
        double together = 0;
        for (int path = 0; path < paths.count(); path++) {
            together +=
                    Math.signum(paths.at(path, 0) - paths.quantile(.5, 0))
                            * Math.signum(paths.at(path, 1) - paths.quantile(.5, 1));
        }
        assertThat(together / paths.count()).isGreaterThan(.1);
        assertThat(forecaster.paths(400, 3)).isEqualTo(paths);
    }
}
