package dev.keelson.forecaster.statistical.paths;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ResidualPathsTest {
    private static final double[] UNIT = {1};

    private final ResidualPaths paths = new ResidualPaths(2, 3);

    @Test
    void eachForecastThatWasSeenThroughIsAPathAroundTheNextInUnitsOfTheRoot() {
        open(4);
        land(6);
        land(2);

        assertThat(paths.count()).isEqualTo(1);
        // Two above four is one root of four: above nine it is three.
        assertThat(List.of(paths.around(0, new double[] {9, 9}, 1)))
                .containsExactly(new double[] {12, 6});
    }

    @Test
    void whereAStepWasNotSeenThePathStaysAsFarFromTheExpectedAsTheNearestThatWas() {
        open(4);
        land(6);
        open(4);
        land(Double.NaN);
        land(2);

        assertThat(List.of(paths.around(0, new double[] {9, 9}, 1)))
                .containsExactly(new double[] {12, 12}, new double[] {6, 6});
    }

    @Test
    void aForecastOfWhichNothingWasSeenMakesNoPath() {
        open(4);
        land(Double.NaN);
        land(Double.NaN);

        assertThat(paths.count()).isZero();
    }

    @Test
    void onlyTheNewestAreKeptAndNoPathIsNegative() {
        for (int i = 0; i < 5; i++) {
            open(1);
            land(0);
        }
        assertThat(paths.count()).isEqualTo(3);
        assertThat(List.of(paths.around(0, new double[] {0.25, 0.25}, 0.25)))
                .allSatisfy(path -> assertThat(path).containsExactly(0, 0));
    }

    private void open(double expected) {
        paths.open(new double[][] {{expected, expected}}, UNIT);
    }

    private void land(double value) {
        paths.land(new double[] {value});
    }
}
