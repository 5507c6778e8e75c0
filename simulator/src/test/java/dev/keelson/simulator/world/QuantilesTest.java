package dev.keelson.simulator.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuantilesTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void areExactForFewValuesAndWithinHalfAPerMilleForMany(long seed) {
        var random = new SplittableRandom(seed);
        var values = new double[5_000];
        var kept = new Quantiles(5_000);
        var binned = new Quantiles(100);
        for (int i = 0; i < values.length; i++) {
            values[i] = StrictMath.exp(10 * random.nextDouble() - 7);
            kept.add(values[i]);
            binned.add(values[i]);
        }
        Arrays.sort(values);

        for (double level : new double[] {0.001, 0.5, 0.9, 0.99, 0.999, 1}) {
            double nearestRank = values[(int) Math.ceil(level * values.length) - 1];
            assertThat(kept.at(level)).isEqualTo(nearestRank);
            assertThat(binned.at(level)).isCloseTo(nearestRank, within(nearestRank * 5e-4));
        }
    }
}
