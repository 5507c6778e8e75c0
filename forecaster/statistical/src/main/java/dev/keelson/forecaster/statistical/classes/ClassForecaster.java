package dev.keelson.forecaster.statistical.classes;

import dev.keelson.forecaster.series.QuantileForecast;
import dev.keelson.forecaster.statistical.online.OnlineForecaster;
import dev.keelson.forecaster.statistical.online.OnlineSettings;
import dev.keelson.forecaster.statistical.pool.LocalMethod;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Forecasts demand by class while it arrives: the largest clusters, the rest together, and all
 * classes as one series. Clusters are found anew every season; one that was not there before learns
 * from the history of its classes. Nothing is learned from a step before it is there. Mutable, one
 * writer; the same demand in the same order gives the same forecasts, bit for bit.
 */
public final class ClassForecaster {
    private final OnlineSettings settings;
    private final Supplier<List<LocalMethod>> methods;
    private final int top;
    private final ClassDemand demand = new ClassDemand();
    private final ClassClusters clusters;
    private final OnlineForecaster whole;
    private final Map<SortedSet<RequestClass>, OnlineForecaster> groups = new LinkedHashMap<>();

    /** The classes of a group and what is forecast of their requests together. */
    public record GroupForecast(SortedSet<RequestClass> classes, QuantileForecast forecast) {}

    /**
     * Nothing has arrived yet.
     *
     * @param methods a fresh pool for each series
     * @param top clusters that are forecast each by itself
     * @param similar cosine above which two patterns are alike, in (0, 1)
     */
    public ClassForecaster(
            OnlineSettings settings, Supplier<List<LocalMethod>> methods, int top, double similar) {
        this.settings = settings;
        this.methods = methods;
        this.top = top;
        clusters = new ClassClusters(similar, settings.week());
        whole = new OnlineForecaster(settings, methods.get(), 0);
    }

    /**
     * Takes the next step and forecasts from there.
     *
     * @param requests of each class; null for a gap
     */
    public void observe(@Nullable SortedMap<RequestClass, Double> requests) {
        if (demand.steps() > 0 && demand.steps() % settings.season() == 0) {
            clusters.update(demand);
            regroup();
        }
        demand.observe(requests);
        whole.observe(last(demand.classes()));
        groups.forEach((classes, forecaster) -> forecaster.observe(last(classes)));
    }

    private double last(java.util.Collection<RequestClass> classes) {
        double sum = 0;
        for (RequestClass one : classes) {
            sum += demand.newest(one, 1)[0];
        }
        return classes.isEmpty() ? Double.NaN : sum;
    }

    /** A cluster whose classes are the same keeps what it has learned. */
    private void regroup() {
        var wanted = new ArrayList<SortedSet<RequestClass>>();
        var rest = new TreeSet<>(demand.classes());
        for (SortedSet<RequestClass> cluster : clusters.clusters().stream().limit(top).toList()) {
            wanted.add(cluster);
            rest.removeAll(cluster);
        }
        if (!rest.isEmpty()) {
            wanted.add(Collections.unmodifiableSortedSet(rest));
        }
        var before = new LinkedHashMap<>(groups);
        groups.clear();
        for (SortedSet<RequestClass> classes : wanted) {
            OnlineForecaster known = before.get(classes);
            groups.put(classes, known == null ? replayed(classes) : known);
        }
    }

    private OnlineForecaster replayed(SortedSet<RequestClass> classes) {
        var forecaster = new OnlineForecaster(settings, methods.get(), 0);
        for (double value : demand.sum(classes)) {
            forecaster.observe(value);
        }
        return forecaster;
    }

    /**
     * The groups, largest cluster first and the rest last; empty before the first season is over or
     * while one of them says nothing.
     */
    public List<GroupForecast> groups() {
        var said = new ArrayList<GroupForecast>();
        for (var entry : groups.entrySet()) {
            QuantileForecast forecast = entry.getValue().latest();
            if (forecast == null) {
                return List.of();
            }
            said.add(new GroupForecast(entry.getKey(), forecast));
        }
        return List.copyOf(said);
    }

    /** All classes as one series; null while there is nothing to say. */
    public @Nullable QuantileForecast whole() {
        return whole.latest();
    }

    /** The sum of the groups' medians at a target; NaN where {@link #groups} is empty. */
    public double clustered(int target) {
        List<GroupForecast> said = groups();
        double sum = said.isEmpty() ? Double.NaN : 0;
        for (GroupForecast group : said) {
            sum += group.forecast.median(target);
        }
        return sum;
    }

    /**
     * The mean of the median of the one series and the sum of the groups' medians: what errs least
     * on every trace measured; the one that is there where the other is not, else NaN.
     */
    public double requests(int target) {
        QuantileForecast one = whole.latest();
        double clustered = clustered(target);
        if (one == null || Double.isNaN(clustered)) {
            return one == null ? clustered : one.median(target);
        }
        return (one.median(target) + clustered) / 2;
    }

    /** What has arrived. */
    public ClassDemand demand() {
        return demand;
    }

    /** The clusters as they were last found, most requests first. */
    public List<SortedSet<RequestClass>> clusters() {
        return clusters.clusters();
    }
}
