package dev.keelson.forecaster.series;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeriesAssemblyTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void disorderAndDuplicatesChangeNothing(long seed) {
        var random = new Random(seed);
        var points = new ArrayList<long[]>();
        for (int i = 0; i < 60; i++) {
            if (random.nextInt(5) != 0) {
                points.add(new long[] {600 * i + random.nextInt(600), i});
            }
        }
        var ordered = new SeriesAssembly("a", 600, 100);
        points.forEach(point -> ordered.add(point[0], (double) point[1]));
        var shuffled = new ArrayList<>(points);
        shuffled.addAll(points.subList(0, points.size() / 2));
        Collections.shuffle(shuffled, random);
        var disordered = new SeriesAssembly("a", 600, 100);
        shuffled.forEach(point -> disordered.add(point[0], (double) point[1]));

        assertThat(disordered.series().values())
                .as("seed %d", seed)
                .isEqualTo(ordered.series().values());
        assertThat(disordered.series().epochSecond(0)).isEqualTo(ordered.series().epochSecond(0));
    }

    @Test
    void aCorrectionReplacesAndAGapStaysAGap() {
        var assembly = new SeriesAssembly("a", 60, 10);
        assembly.add(600, 1);
        assembly.add(780, 4);
        assembly.add(601, 2);

        assertThat(assembly.series().values()).containsExactly(2, Double.NaN, Double.NaN, 4);
        assertThat(assembly.series().epochSecond(0)).isEqualTo(600);
    }

    @Test
    void whatIsTooOldOrFarAheadOrNoNumberIsRefused() {
        var assembly = new SeriesAssembly("a", 60, 5);
        for (int i = 0; i < 8; i++) {
            assertThat(assembly.add(60L * i, i)).isTrue();
        }

        assertThat(assembly.add(60 * 2, 9)).isFalse();
        assertThat(assembly.add(60 * 900, 9)).isFalse();
        assertThat(assembly.add(60 * 7, Double.NaN)).isFalse();
        assertThat(List.of(assembly.series().length(), assembly.series().lastObserved()))
                .containsExactly(5, 4);
        assertThat(assembly.series().values()).containsExactly(3, 4, 5, 6, 7);
    }

    @Test
    void aSkippedStretchIsNotWhatLayThereARoundBefore() {
        var assembly = new SeriesAssembly("a", 1, 4);
        for (int i = 0; i < 5; i++) {
            assembly.add(i, i);
        }
        assembly.add(7, 7);

        assertThat(assembly.series().values()).containsExactly(4, Double.NaN, Double.NaN, 7);
    }
}
