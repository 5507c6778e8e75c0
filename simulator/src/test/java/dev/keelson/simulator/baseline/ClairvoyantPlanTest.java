package dev.keelson.simulator.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClairvoyantPlanTest {
    private static final int CASES_PER_SEED = 300;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void noOtherCountsAreCheaper(long seed) {
        var random = new SplittableRandom(seed);
        for (int i = 0; i < CASES_PER_SEED; i++) {
            int least = random.nextInt(2);
            int most = least + random.nextInt(4);
            int before = random.nextInt(3) == 0 ? -1 : least + random.nextInt(most - least + 1);
            var demand = new double[1 + random.nextInt(5)];
            for (int t = 0; t < demand.length; t++) {
                demand[t] = random.nextDouble() * (most + 1.5);
            }
            var prices =
                    new ClairvoyantPlan.Prices(
                            0.1 + random.nextDouble(),
                            random.nextDouble() * 10,
                            random.nextDouble() * 5);

            var counts = ClairvoyantPlan.counts(demand, before, least, most, prices);

            assertThat(counts).hasSameSizeAs(demand);
            assertThat(ClairvoyantPlan.cost(demand, before, counts, prices))
                    .as("case %d of seed %d", i, seed)
                    .isCloseTo(cheapest(demand, before, least, most, prices), within(1e-9));
        }
    }

    private static double cheapest(
            double[] demand, int before, int least, int most, ClairvoyantPlan.Prices prices) {
        int width = most - least + 1;
        int all = 1;
        for (int t = 0; t < demand.length; t++) {
            all *= width;
        }
        double best = Double.POSITIVE_INFINITY;
        for (int code = 0; code < all; code++) {
            var counts = new int[demand.length];
            for (int t = 0, rest = code; t < demand.length; t++, rest /= width) {
                counts[t] = least + rest % width;
            }
            best = Math.min(best, ClairvoyantPlan.cost(demand, before, counts, prices));
        }
        return best;
    }
}
