package dev.keelson.forecaster.learned.plain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class StepFeaturesTest {
    @Test
    void nothingFromTheStepOnIsRead() {
        var features = new StepFeatures(24);
        double[] values = new SplittableRandom(1).doubles(400).toArray();
        double[] before = features.row(values, 300);

        Arrays.fill(values, 300, 400, 1e9);

        assertThat(features.row(values, 300)).isEqualTo(before);
    }

    @Test
    void aSeriesMovedUpHasTheSameRows() {
        var features = new StepFeatures(24);
        double[] values = new double[400];
        for (int t = 0; t < values.length; t++) {
            values[t] = t * 7 % 13;
        }
        double[] higher = Arrays.stream(values).map(v -> v + 1024).toArray();

        double[] row = features.row(values, 300);
        double[] moved = features.row(higher, 300);

        for (int f = 0; f < row.length; f++) {
            assertThat(moved[f]).isCloseTo(row[f], org.assertj.core.data.Offset.offset(1e-6));
        }
    }

    @Test
    void arraysThatAreNoForestAreRefused() {
        int[] leadsBack = {-2, 1, 1, 0, 0, 2, -1, 0, 0};

        assertThatThrownBy(() -> new Forest(leadsBack, new double[] {0, 1, 2}))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Forest(new int[] {-1, 0, 0}, new double[] {1}))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
