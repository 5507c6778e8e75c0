package dev.keelson.forecaster.statistical.classes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.forecaster.statistical.online.OnlineSettings;
import dev.keelson.forecaster.statistical.online.Target;
import dev.keelson.forecaster.statistical.pool.LocalMethod;
import dev.keelson.forecaster.statistical.pool.SeasonalNaive;
import java.util.List;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ClassForecasterTest {
    private static final int DAY = 24;
    private static final RequestClass MORNING = RequestClass.of("m", "morning");
    private static final RequestClass EARLY = RequestClass.of("m", "early");
    private static final RequestClass NIGHT = RequestClass.of("m", "night");

    @Test
    void lengthsAreBucketedByFours() {
        assertThat(List.of(0L, 3L, 4L, 15L, 16L, 1_024L).stream().map(RequestClass::bucket))
                .containsExactly(1, 1, 2, 2, 3, 6);
    }

    @Test
    void classesThatComeAtLikeTimesAreOneCluster() {
        var demand = new ClassDemand();
        for (int step = 0; step < 3 * DAY; step++) {
            demand.observe(counts(step, false));
        }
        var clusters = new ClassClusters(.8, 7 * DAY);
        clusters.update(demand);

        assertThat(clusters.clusters())
                .containsExactly(
                        new java.util.TreeSet<>(List.of(EARLY, MORNING)),
                        new java.util.TreeSet<>(List.of(NIGHT)));
    }

    @Test
    void aClassThatChangesItsHoursLeavesItsCluster() {
        var demand = new ClassDemand();
        var clusters = new ClassClusters(.8, 2 * DAY);
        for (int step = 0; step < 6 * DAY; step++) {
            demand.observe(counts(step, step >= 3 * DAY));
            if (step % DAY == DAY - 1) {
                clusters.update(demand);
            }
        }

        assertThat(clusters.clusters())
                .containsExactly(
                        new java.util.TreeSet<>(List.of(EARLY, NIGHT)),
                        new java.util.TreeSet<>(List.of(MORNING)));
    }

    @Test
    void aStepThatWasNotObservedIsAGapAndAnAbsentClassAZero() {
        var demand = new ClassDemand();
        demand.observe(one(MORNING, 3));
        demand.observe(null);
        demand.observe(one(NIGHT, 2));

        assertThat(demand.sum(List.of(MORNING))).containsExactly(3, Double.NaN, 0);
        assertThat(demand.sum(List.of(MORNING, NIGHT))).containsExactly(3, Double.NaN, 2);
        assertThatThrownBy(() -> demand.observe(one(NIGHT, -1)))
                .hasMessageContaining("tenant=night")
                .hasMessageContaining("-1.0");
    }

    @Test
    void theSameDemandGivesTheSameForecastsAndGroupsSumToTheTotal() {
        ClassForecaster first = fed();
        ClassForecaster second = fed();

        assertThat(first.requests(0)).isEqualTo(second.requests(0)).isPositive();
        assertThat(first.groups()).hasSize(2);
        double sum = first.groups().stream().mapToDouble(group -> group.forecast().median(0)).sum();
        assertThat(first.clustered(0)).isEqualTo(sum);
        // The night has come: its class asks, the others do not.
        assertThat(first.groups().get(1).forecast().median(0))
                .isGreaterThan(10 * first.groups().get(0).forecast().median(0));
    }

    private static ClassForecaster fed() {
        var settings =
                OnlineSettings.of(List.of(new Target(1, 2)), DAY, 7 * DAY, 1)
                        .withFirstForecast(4 * DAY);
        var forecaster =
                new ClassForecaster(
                        settings, () -> List.<LocalMethod>of(new SeasonalNaive(DAY)), 1, .8);
        for (int step = 0; step < 8 * DAY + 20; step++) {
            forecaster.observe(counts(step, false));
        }
        return forecaster;
    }

    /**
     * Mornings from 6 to 12, nights from 18 to 24; "early" comes in the mornings until it moves.
     */
    private static SortedMap<RequestClass, Double> counts(int step, boolean hasMoved) {
        int hour = step % DAY;
        var random = new SplittableRandom(step);
        boolean morning = hour >= 6 && hour < 12;
        boolean night = hour >= 18;
        var counts = new TreeMap<RequestClass, Double>();
        counts.put(MORNING, morning ? 100 + random.nextInt(20) : 1.0);
        counts.put(NIGHT, night ? 80 + random.nextInt(20) : 1.0);
        counts.put(EARLY, (hasMoved ? night : morning) ? 40 + random.nextInt(10) : 1.0);
        return counts;
    }

    private static SortedMap<RequestClass, Double> one(RequestClass one, double count) {
        var counts = new TreeMap<RequestClass, Double>();
        counts.put(one, count);
        return counts;
    }
}
