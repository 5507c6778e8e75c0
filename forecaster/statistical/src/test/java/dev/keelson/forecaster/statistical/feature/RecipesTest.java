package dev.keelson.forecaster.statistical.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class RecipesTest {
    private static final int SEASON = 24;
    private static final int WEEK = 168;

    @TestFactory
    Stream<DynamicTest> noRowKnowsWhatComesLater() {
        return Stream.of(new SeasonalRecipe(), new LevelRecipe())
                .flatMap(recipe ->
                        List.of(1L, 2L, 3L).stream()
                                .map(seed ->
                                        DynamicTest.dynamicTest(
                                                recipe.getClass().getSimpleName()
                                                        + ", seed "
                                                        + seed,
                                                () -> sameRowBeforeAndAfter(recipe, seed))));
    }

    private static void sameRowBeforeAndAfter(FeatureRecipe recipe, long seed) {
        double[] values = values(seed, 700);
        int origin = 400 + (int) seed;
        History then = history(values, origin + 1);
        History later = history(values, values.length);
        for (int ahead = 1; ahead <= 12; ahead++) {
            float[] known = new float[recipe.features()];
            float[] after = new float[recipe.features()];

            Anchor anchorThen = recipe.row(then, origin, ahead, ahead, known, 0);
            Anchor anchorLater = recipe.row(later, origin, ahead, ahead, after, 0);

            assertThat(known).as("seed %d, %d ahead", seed, ahead).isEqualTo(after);
            assertThat(anchorThen).isEqualTo(anchorLater);
        }
    }

    @Test
    void anAnchorTakesATargetBackToItsValue() {
        for (double value : new double[] {-40, 0, .5, 3, 900, 1e6}) {
            var bent = new Anchor(2, 1, 10);
            var straight = new Anchor(100, 7, 0);

            assertThat(bent.value(bent.target(value)))
                    .isCloseTo(value, within(1e-9 * (1 + Math.abs(value))));
            if (Math.abs(value) < 200) {
                assertThat(straight.value(straight.target(value))).isCloseTo(value, within(1e-9));
            }
        }
    }

    @Test
    void aGapIsNotAZero() {
        double[] values = values(5, 300);
        double[] holed = values.clone();
        holed[280] = Double.NaN;
        History history = history(holed, holed.length);

        assertThat(history.mean(279, 281)).isEqualTo((values[279] + values[281]) / 2, within(1e-9));
        assertThat(history.mean(280, 280)).isNaN();
        assertThat(history.min(270, 290)).isGreaterThan(0);
        assertThat(history.deviation(280, 281)).isNaN();
    }

    @Test
    void flatAndEmptyPastsSayThatTheyKnowNothingOrStayFinite() {
        float[] row = new float[60];

        assertThat(new SeasonalRecipe().row(history(new double[10], 10), 9, 1, 1, row, 0)).isNull();
        assertThat(new LevelRecipe().row(history(new double[100], 100), 99, 1, 1, row, 0)).isNull();
        double[] flat = new double[200];
        java.util.Arrays.fill(flat, 5);
        Anchor anchor = new SeasonalRecipe().row(history(flat, 200), 199, 1, 1, row, 0);
        assertThat(anchor).isNotNull();
        if (anchor != null) {
            assertThat(anchor.target(5)).isZero();
        }
    }

    private static History history(double[] values, int length) {
        var history = new History(SEASON, WEEK, 3);
        for (int i = 0; i < length; i++) {
            history.append(values[i]);
        }
        return history;
    }

    static double[] values(long seed, int length) {
        var random = new SplittableRandom(seed);
        double[] values = new double[length];
        for (int i = 0; i < length; i++) {
            values[i] =
                    1000
                            + 300 * Math.sin(2 * Math.PI * i / SEASON)
                            + 50 * random.nextGaussian()
                            + i * .1;
            if (random.nextInt(40) == 0) {
                values[i] = Double.NaN;
            }
        }
        return values;
    }
}
