package dev.keelson.forecaster.statistical.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class LocalMethodsTest {
    private static final int SEASON = 12;
    private static final int HORIZON = 18;

    private static List<LocalMethod> all() {
        return List.of(
                new SeasonalNaive(1),
                new SeasonalNaive(SEASON),
                new SlotMean(SEASON, 4),
                new SlotMean(SEASON, 4, true, 3),
                new Drift(),
                new Ses(),
                new Ets(SEASON),
                new Theta(SEASON),
                new RidgeDirect(SEASON, 7 * SEASON),
                new Arima(false),
                new Arima(true));
    }

    /** 100 + trend + season + noise; some are missing. */
    private static double[] values(long seed, double gaps) {
        var random = new SplittableRandom(seed);
        double[] values = new double[240];
        for (int i = 0; i < values.length; i++) {
            values[i] =
                    100
                            + .2 * i
                            + 30 * Math.sin(2 * Math.PI * i / SEASON)
                            + 2 * random.nextGaussian();
            if (random.nextDouble() < gaps) {
                values[i] = Double.NaN;
            }
        }
        return values;
    }

    @TestFactory
    Stream<DynamicTest> nobodyReadsWhatComesAfterTheOrigin() {
        return all().stream()
                .map(method ->
                        DynamicTest.dynamicTest(
                                method.name(),
                                () -> {
                                    double[] values = values(4, .03);
                                    double[] spoiled = values.clone();
                                    Arrays.fill(spoiled, 200, 240, 1e6);
                                    var fit = method.fit(Arrays.copyOf(values, 180), HORIZON);

                                    assertThat(fit.forecast(spoiled, 200, HORIZON))
                                            .isEqualTo(fit.forecast(values, 200, HORIZON));
                                }));
    }

    @TestFactory
    Stream<DynamicTest> everybodyStaysFiniteThroughGapsShiftsAndTinyHistories() {
        double[] shifted = values(5, .2);
        for (int i = 150; i < shifted.length; i++) {
            shifted[i] *= 8;
        }
        double[] holed = values(6, 0);
        Arrays.fill(holed, 100, 160, Double.NaN);
        Arrays.fill(holed, 230, 240, Double.NaN);
        var histories =
                List.of(
                        shifted,
                        holed,
                        new double[60],
                        new double[] {3},
                        new double[] {3, 4},
                        new double[] {Double.NaN, 5, Double.NaN});
        return all().stream()
                .map(method ->
                        DynamicTest.dynamicTest(
                                method.name(),
                                () -> {
                                    for (double[] history : histories) {
                                        double[] path =
                                                method.fit(history, HORIZON)
                                                        .forecast(history, history.length, HORIZON);
                                        assertThat(path).hasSize(HORIZON);
                                        for (double value : path) {
                                            assertThat(value)
                                                    .as("of %d values", history.length)
                                                    .isFinite();
                                        }
                                    }
                                }));
    }

    @Test
    void whoKnowsTheSeasonBeatsWhoDoesNot() {
        double naive = error(new SeasonalNaive(1));

        for (LocalMethod method :
                List.of(
                        new SeasonalNaive(SEASON),
                        new Ets(SEASON),
                        new Theta(SEASON),
                        new RidgeDirect(SEASON, 7 * SEASON))) {
            assertThat(error(method)).as(method.name()).isLessThan(naive / 3);
        }
    }

    private static double error(LocalMethod method) {
        double sum = 0;
        double[] values = values(9, 0);
        var fit = method.fit(Arrays.copyOf(values, 200), HORIZON);
        double[] path = fit.forecast(values, 200, HORIZON);
        for (int step = 0; step < HORIZON; step++) {
            sum += Math.abs(path[step] - values[200 + step]);
        }
        return sum / HORIZON;
    }

    @Test
    void aGapIsNotAZero() {
        double[] values = values(3, 0);
        double[] holed = values.clone();
        for (int i = 5; i < holed.length; i += 9) {
            holed[i] = Double.NaN;
        }
        for (LocalMethod method : all()) {
            if (method instanceof Arima) {
                // Without a season its path is led by the last phase, whole or not.
                continue;
            }
            double[] whole = method.fit(values, HORIZON).forecast(values, 240, HORIZON);
            double[] some = method.fit(holed, HORIZON).forecast(holed, 240, HORIZON);

            // One in nine zeros would pull the level down by 11 %.
            double ratio = Arrays.stream(some).sum() / Arrays.stream(whole).sum();
            assertThat(ratio).as(method.name()).isCloseTo(1, within(.08));
        }
    }

    @Test
    void aGapIsNotAZeroForAnAutoregressionEither() {
        double[] values = new double[100];
        Arrays.setAll(values, i -> 40 + i % 3);
        values[70] = Double.NaN;
        values[99] = Double.NaN;

        double[] path = new Arima(true).fit(values, 3).forecast(values, 100, 3);

        assertThat(path).usingComparatorWithPrecision(3.0).containsExactly(41, 41, 41);
    }

    @Test
    void anAutoregressionIsRecovered() {
        var random = new SplittableRandom(2);
        double[] values = new double[2000];
        for (int i = 1; i < values.length; i++) {
            values[i] = .5 * values[i - 1] + random.nextGaussian();
        }
        values[1999] = 10;

        double[] path = new Arima(false).fit(values, 3).forecast(values, 2000, 3);

        assertThat(path[0]).isCloseTo(5, within(.6));
        assertThat(path[2]).isCloseTo(1.25, within(.6));
    }

    @Test
    void theDriftIsThatOfTheFirstAndTheLastValue() {
        double[] values = {2, 9, 4, 8};

        assertThat(new Drift().fit(values, 2).forecast(values, 4, 2)).containsExactly(10, 12);
    }

    @Test
    void theKernelTellsASpikeThatComesBackAndTheHybridTakesItFromThereOnly() {
        // A spike every 12 steps that nothing but the pattern before it announces.
        double[] values = new double[12 * 20 - 1];
        for (int i = 0; i < values.length; i++) {
            values[i] = i % 12 == 11 ? 100 : 10 + i % 3;
        }
        LocalMethod last = new SeasonalNaive(1);
        LocalMethod kernel = new KernelRegression(12, 4);
        LocalMethod hybrid = new SpikeHybrid(last, kernel, 1.5);

        assertThat(next(kernel, values)[0]).isCloseTo(100, within(1.0));
        double[] said = next(hybrid, values);
        assertThat(said[0]).isEqualTo(next(kernel, values)[0]);
        assertThat(said[1]).isEqualTo(next(last, values)[1]);
        assertThat(next(kernel, new double[] {1, 2})).containsOnly(Double.NaN);
    }

    private static double[] next(LocalMethod method, double[] values) {
        return method.fit(values, 2).forecast(values, values.length, 2);
    }
}
