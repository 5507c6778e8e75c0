package dev.keelson.forecaster.statistical.global;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.forecaster.series.ForecastModel;
import dev.keelson.forecaster.series.ForecastTask;
import dev.keelson.forecaster.series.Levels;
import dev.keelson.forecaster.series.QuantileForecast;
import dev.keelson.forecaster.series.Series;
import dev.keelson.forecaster.statistical.booster.Workers;
import dev.keelson.forecaster.statistical.pool.LocalModel;
import dev.keelson.forecaster.statistical.pool.SeasonalNaive;
import dev.keelson.forecaster.statistical.score.Accuracy;
import dev.keelson.forecaster.statistical.score.Backtest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MixedModelTest {
    private static final ForecastTask TASK = new ForecastTask(12, List.of(12), Levels.STANDARD, 1);

    private static List<Series> series(int count, int length) {
        var series = new ArrayList<Series>();
        for (int k = 0; k < count; k++) {
            var random = new SplittableRandom(k);
            double size = StrictMath.exp(random.nextDouble() * 5);
            double[] values = new double[length];
            double level = 5;
            for (int i = 0; i < length; i++) {
                level += .1 * random.nextGaussian();
                values[i] =
                        size
                                * (level
                                        + 2 * Math.sin(2 * Math.PI * (i + k) / 12)
                                        + .3 * random.nextGaussian());
            }
            series.add(Series.of("s" + k, 0, 3600, values));
        }
        return series;
    }

    @Test
    void beatsTheSeasonalNaiveWithBandsThatHoldTheirShare() {
        var series = series(6, 100);

        Accuracy ours = Backtest.score(new MixedModel(Workers.one()), series, TASK, 1);
        Accuracy naive = Backtest.score(new LocalModel(new SeasonalNaive(12)), series, TASK, 1);

        assertThat(ours.mase()).isLessThan(.9 * naive.mase());
        assertThat(ours.wql()).isLessThan(naive.wql());
        assertThat(ours.coverage80()).isBetween(.6, .97);
    }

    @Test
    void theSameSeedGivesTheSameNumbersWhateverTheOrderOfLevels() {
        var series = series(3, 90);
        Workers backwards =
                new Workers() {
                    @Override
                    public <T, R> List<R> map(
                            List<T> tasks, java.util.function.Function<T, R> function) {
                        var results = new ArrayList<R>();
                        for (T task : tasks.reversed()) {
                            results.add(function.apply(task));
                        }
                        return results.reversed();
                    }
                };
        var one = new MixedModel(Workers.one()).fit(series, TASK).predict(series.getFirst());
        var two = new MixedModel(backwards).fit(series, TASK).predict(series.getFirst());

        for (int step = 0; step < 12; step++) {
            assertThat(two.median(step)).isEqualTo(one.median(step));
            assertThat(two.at(step, 0)).isEqualTo(one.at(step, 0));
        }
    }

    @Test
    void aNewDeploymentGetsAForecastFromTheOthers() {
        ForecastModel.Fitted fitted = new MixedModel(Workers.one()).fit(series(4, 90), TASK);
        double[] young = new double[30];
        for (int i = 0; i < young.length; i++) {
            young[i] = 50 + 20 * Math.sin(2 * Math.PI * i / 12);
        }

        QuantileForecast forecast = fitted.predict(Series.of("new", 0, 3600, young));

        double error = 0;
        for (int step = 0; step < 12; step++) {
            double expected = 50 + 20 * Math.sin(2 * Math.PI * (30 + step) / 12);
            error += Math.abs(forecast.median(step) - expected) / 12;
        }
        // Saying the mean all the time would cost 12.4.
        assertThat(error).isLessThan(8);
    }

    @Test
    void shortFlatAndHoledSeriesGetFiniteForecasts() {
        double[] flat = new double[100];
        Arrays.fill(flat, 4);
        double[] holed = new double[100];
        Arrays.fill(holed, Double.NaN);
        holed[40] = 7;
        holed[41] = 8;
        var odd =
                List.of(
                        Series.of("one", 0, 3600, 3),
                        Series.of("flat", 0, 3600, flat),
                        Series.of("holed", 0, 3600, holed),
                        Series.of("zero", 0, 3600, new double[50]));

        var fitted = new MixedModel(Workers.one()).fit(odd, TASK);

        for (Series series : odd) {
            assertThat(fitted.predict(series).horizon()).isEqualTo(12);
        }
        assertThat(fitted.predict(odd.get(1)).median(5)).isEqualTo(4);
        assertThat(fitted.predict(odd.get(3)).median(5)).isZero();
    }
}
