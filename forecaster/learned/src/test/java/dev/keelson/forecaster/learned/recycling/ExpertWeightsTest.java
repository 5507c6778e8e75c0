package dev.keelson.forecaster.learned.recycling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

final class ExpertWeightsTest {
    private static final Offset<Double> CLOSE = Offset.offset(1e-12);

    @Test
    void modelsWithoutALandedLossAreBelievedAlike() {
        var weights = ExpertWeights.standard(24);
        weights.join("a");
        weights.join("b");

        assertThat(weights.weights()).containsExactlyInAnyOrderEntriesOf(Map.of("a", .5, "b", .5));
    }

    @Test
    void beliefAddsUpToOneAndFollowsTheSmallerLoss() {
        var weights = ExpertWeights.standard(24);
        weights.join("a");
        weights.join("b");
        weights.join("c");
        for (int i = 0; i < 10; i++) {
            weights.land(Map.of("a", 1.0, "b", 2.0, "c", 3.0));
        }

        var belief = weights.weights();

        assertThat(belief.values().stream().mapToDouble(w -> w).sum()).isCloseTo(1, CLOSE);
        assertThat(belief.getOrDefault("a", Double.NaN)).isGreaterThan(.9);
        assertThat(belief.getOrDefault("b", Double.NaN))
                .isGreaterThan(belief.getOrDefault("c", Double.NaN));
        // exp(-8 (2 - 1) / 2), with a hundredth spread evenly.
        assertThat(
                        (belief.getOrDefault("b", Double.NaN) - .01 / 3)
                                / (belief.getOrDefault("a", Double.NaN) - .01 / 3))
                .isCloseTo(Math.exp(-4), CLOSE);
    }

    @Test
    void theUnitOfTheLossesDoesNotMatter() {
        var small = ExpertWeights.standard(24);
        var large = ExpertWeights.standard(24);
        for (var weights : new ExpertWeights[] {small, large}) {
            weights.join("a");
            weights.join("b");
        }
        small.land(Map.of("a", .001, "b", .002));
        large.land(Map.of("a", 1000.0, "b", 2000.0));

        assertThat(large.weights().getOrDefault("a", Double.NaN))
                .isCloseTo(small.weights().getOrDefault("a", Double.NaN), CLOSE);
    }

    @Test
    void anOldModelComesBackWhenItsTimesDo() {
        var weights = ExpertWeights.standard(24);
        weights.join("old");
        weights.join("new");
        for (int i = 0; i < 200; i++) {
            weights.land(Map.of("old", 5.0, "new", 1.0));
        }
        assertThat(weights.weights().getOrDefault("old", Double.NaN)).isLessThan(.02);

        for (int i = 0; i < 40; i++) {
            weights.land(Map.of("old", 1.0, "new", 5.0));
        }

        assertThat(weights.weights().getOrDefault("old", Double.NaN)).isGreaterThan(.9);
    }

    @Test
    void aNewModelStartsWithTheBeliefOfTheBest() {
        var weights = ExpertWeights.standard(24);
        weights.join("a");
        weights.join("b");
        for (int i = 0; i < 10; i++) {
            weights.land(Map.of("a", 1.0, "b", 2.0));
        }

        weights.join("c");

        assertThat(weights.weights().getOrDefault("c", Double.NaN))
                .isEqualTo(weights.weights().getOrDefault("a", Double.NaN));
    }

    @Test
    void aModelThatGaveNoForecastKeepsItsRecord() {
        var weights = ExpertWeights.standard(24);
        weights.join("a");
        weights.join("b");
        weights.land(Map.of("a", 1.0, "b", 2.0));
        double before =
                weights.weights().getOrDefault("b", Double.NaN)
                        / weights.weights().getOrDefault("a", Double.NaN);

        weights.land(Map.of("a", 1.0));

        assertThat(
                        weights.weights().getOrDefault("b", Double.NaN)
                                / weights.weights().getOrDefault("a", Double.NaN))
                .isCloseTo(before, CLOSE);
    }

    @Test
    void lossesThatCannotBeAreRefused() {
        var weights = ExpertWeights.standard(24);
        weights.join("a");

        for (double loss : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> weights.land(Map.of("a", loss)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> weights.land(Map.of("b", 1.0)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
