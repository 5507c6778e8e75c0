package dev.keelson.forecaster.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.exchange.kafka.DemandFeed;
import dev.keelson.exchange.kafka.DemandFeed.ClassArrivals;
import dev.keelson.forecaster.statistical.classes.RequestClass;
import dev.keelson.protocol.v1.ClassShare;
import dev.keelson.protocol.v1.ForecastRecord;
import dev.keelson.protocol.v1.ModelShare;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RequestGroupsTest {
    private static final int SEASON = 60;

    @Test
    void tenantsThatComeAtDifferentTimesAreTwoGroupsAndTogetherTheDeployment() {
        var history = history(dayAndNight(300));
        var groups = new RequestGroups(history, SEASON, 720);
        double[] requests = history.requests();

        groups.step(requests);

        assertThat(groups.groupOf(tenant("day"))).isZero();
        assertThat(groups.groupOf(tenant("day-too"))).isZero();
        assertThat(groups.groupOf(tenant("night"))).isEqualTo(1);
        assertThat(groups.series()).hasSize(3);
        for (int t = 0; t < requests.length; t++) {
            double sum = 0;
            for (double[] part : groups.series()) {
                sum += part[t];
            }
            // What no class is named for is the third group.
            assertThat(sum).isCloseTo(requests[t], Offset.offset(1e-6));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void orderAndDuplicatesChangeNoGroupAndNoForecast(long seed) {
        List<DemandFeed.Window> windows = dayAndNight(200);
        var straight = new Forecasting(ForecastingTest.config());
        windows.forEach(straight::window);
        List<DemandFeed.Window> mixed = new ArrayList<>(windows);
        mixed.addAll(windows.subList(20, 120));
        Collections.shuffle(mixed, new Random(seed));
        var shuffled = new Forecasting(ForecastingTest.config());
        mixed.forEach(shuffled::window);

        assertThat(shuffled.due()).isEqualTo(straight.due()).hasSize(1);
    }

    @Test
    void aGapIsAGapOfEveryGroup() {
        List<DemandFeed.Window> windows = dayAndNight(300);
        windows.remove(250);
        var history = history(windows);
        var groups = new RequestGroups(history, SEASON, 720);

        groups.step(history.requests());

        assertThat(groups.series()).isNotEmpty().allMatch(part -> Double.isNaN(part[250]));
    }

    @Test
    void aCorrectionReplacesTheClassesOfItsStep() {
        var history = history(dayAndNight(100));
        history.take(
                DemandHistoryTest.window(99, 500, 1, List.of(new ClassArrivals("night", 64, 500))));

        assertThat(history.classRequests(List.of(tenant("night")))[99]).isEqualTo(50);
        assertThat(history.classRequests(List.of(tenant("day")))[99]).isZero();
    }

    @Test
    void ofManyTenantsThoseThatAskMostAreKept() {
        var classes = new ClassHistory("chat");
        for (int step = 0; step < 500; step++) {
            classes.take(
                    step,
                    List.of(
                            new ClassArrivals("large", 64, 30),
                            new ClassArrivals("small-" + step, 64, 1)));
            assertThat(classes.volumes().size()).isLessThanOrEqualTo(32);
        }

        assertThat(classes.volumes()).containsEntry(tenant("large"), 15_000.0);
    }

    @Test
    void aForecastTellsTheSharesOfClassesAndTheirClusters() {
        ForecastRecord last = play(new Forecasting(ForecastingTest.config()), dayAndNight(400));

        assertThat(last.getClassesList())
                .extracting(one -> one.getTenant() + one.getCluster())
                .containsExactly("day1", "night2", "day-too1");
        assertThat(last.getClasses(0).getPromptBelow()).isEqualTo(64);
        double told = last.getClassesList().stream().mapToDouble(ClassShare::getShare).sum();
        // A tenth of the requests is of no class that is named.
        assertThat(told).isBetween(.85, .92);
    }

    @Test
    void groupsTakePartWhereTheirForecastsCostLess() {
        // Each tenant has a course of its own, and every day another level.
        var random = new Random(7);
        double[] levels = new double[2];
        List<DemandFeed.Window> windows = new ArrayList<>();
        for (int step = 0; step < 20 * SEASON; step++) {
            if (step % SEASON == 0) {
                levels[0] = 20 + random.nextInt(200);
                levels[1] = 20 + random.nextInt(200);
            }
            double wave = .8 * Math.sin(2 * Math.PI * step / SEASON);
            windows.add(
                    twoTenants(
                            step,
                            Math.round(levels[0] * (1 + wave)),
                            Math.round(levels[1] * (1 - wave))));
        }

        ForecastRecord with = play(new Forecasting(ForecastingTest.config()), windows);
        ForecastRecord without = play(withoutGroups(), windows);

        assertThat(byGroups(with)).isGreaterThan(.5);
        assertThat(with.getScore().getWape()).isLessThan(.8 * without.getScore().getWape());
    }

    @Test
    void groupsTakeNoPartWhereTheySayNothingOfWhatComes() {
        var random = new Random(9);
        List<DemandFeed.Window> windows = new ArrayList<>();
        double part = .5;
        for (int step = 0; step < 20 * SEASON; step++) {
            if (step % 7 == 0) {
                part = random.nextBoolean() ? .05 : .95;
            }
            long all = 190L + random.nextInt(20);
            long first = Math.round(part * all);
            windows.add(twoTenants(step, first, all - first));
        }

        ForecastRecord with = play(new Forecasting(ForecastingTest.config()), windows);
        ForecastRecord without = play(withoutGroups(), windows);

        assertThat(with.getClassesCount()).isEqualTo(2);
        assertThat(byGroups(with)).isZero();
        assertThat(with.getScore().getWape())
                .isLessThanOrEqualTo(1.05 * without.getScore().getWape());
    }

    private static Forecasting withoutGroups() {
        return new Forecasting(
                ForecastingTest.config(), name -> !name.endsWith("-by-groups"), List.of());
    }

    private static double byGroups(ForecastRecord forecast) {
        return forecast.getModelsList().stream()
                .filter(model -> model.getModel().endsWith("-by-groups"))
                .mapToDouble(ModelShare::getShare)
                .sum();
    }

    private static DemandFeed.Window twoTenants(int step, long first, long second) {
        return DemandHistoryTest.window(
                step,
                first + second,
                0,
                List.of(
                        new ClassArrivals("first", 64, first),
                        new ClassArrivals("second", 64, second)));
    }

    @Test
    void oneClassIsForecastAsWithoutClasses() {
        List<DemandFeed.Window> windows = new ArrayList<>();
        for (int step = 0; step < 300; step++) {
            long arrivals = 40L + 7 * step % 23;
            windows.add(
                    DemandHistoryTest.window(
                            step, arrivals, 0, List.of(new ClassArrivals("one", 64, arrivals))));
        }
        ForecastRecord with = play(new Forecasting(ForecastingTest.config()), windows);
        ForecastRecord without = play(withoutGroups(), windows);

        assertThat(with.getIndicatorsList()).isEqualTo(without.getIndicatorsList());
        assertThat(with.getModelsList()).isEqualTo(without.getModelsList());
    }

    private static ForecastRecord play(Forecasting forecasting, List<DemandFeed.Window> windows) {
        List<ForecastRecord> last = List.of();
        for (DemandFeed.Window window : windows) {
            forecasting.window(window);
            List<ForecastRecord> due = forecasting.due();
            last = due.isEmpty() ? last : due;
        }
        return last.getFirst();
    }

    private static DemandHistory history(List<DemandFeed.Window> windows) {
        var history = new DemandHistory("chat", Duration.ofSeconds(10), 720);
        windows.forEach(history::take);
        return history;
    }

    private static RequestClass tenant(String name) {
        return new RequestClass("chat", name, RequestClass.bucket(63), RequestClass.UNKNOWN);
    }

    /** Two tenants by day, one by night, and a tenth that no class is named for. */
    private static List<DemandFeed.Window> dayAndNight(int steps) {
        var random = new Random(11);
        List<DemandFeed.Window> windows = new ArrayList<>();
        for (int step = 0; step < steps; step++) {
            boolean isDay = step % SEASON < SEASON / 2;
            long day = isDay ? 80 + random.nextInt(20) : 5;
            long too = isDay ? 40 + random.nextInt(10) : 2;
            long night = isDay ? 3 : 60 + random.nextInt(30);
            long all = (day + too + night) * 10 / 9;
            windows.add(
                    DemandHistoryTest.window(
                            step,
                            all,
                            0,
                            List.of(
                                    new ClassArrivals("day", 64, day),
                                    new ClassArrivals("day-too", 64, too),
                                    new ClassArrivals("night", 64, night))));
        }
        return windows;
    }
}
