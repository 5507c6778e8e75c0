package dev.keelson.forecaster.service;

import dev.keelson.forecaster.statistical.classes.ClassClusters;
import dev.keelson.forecaster.statistical.classes.RequestClass;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;

/**
 * One deployment's requests by groups of classes: its largest clusters ({@link ClassClusters}),
 * each by itself, and all other requests, those of no known class among them, so that the groups
 * always sum up to the deployment. Clusters are looked for once there is a whole season, whose
 * course tells classes apart, and anew every season. Not thread-safe.
 */
final class RequestGroups {
    private static final int TOP = 5;
    private static final double SIMILAR = .8;

    /** Counts of a class in shorter slots are mostly chance. */
    private static final int SLOTS_PER_SEASON = 144;

    private final DemandHistory history;
    private final int season;
    private final int slot;
    private final ClassClusters clusters;
    private List<SortedSet<RequestClass>> top = List.of();
    private List<double[]> series = List.of();
    private long groupedUntil;
    private int changes;

    /**
     * @param season steps of the main period
     * @param most steps of history
     */
    RequestGroups(DemandHistory history, int season, int most) {
        this.history = history;
        this.season = season;
        slot = Math.max(1, season / SLOTS_PER_SEASON);
        clusters = new ClassClusters(SIMILAR, Math.max(1, most / slot));
    }

    /** A step is over. */
    void step(double[] requests) {
        long end = history.firstStep() + requests.length;
        if (requests.length >= season && end - groupedUntil >= season) {
            regroup(requests.length);
            groupedUntil = end;
        }
        series = split(requests);
    }

    private void regroup(int length) {
        clusters.update(history.classes().slots(history.firstStep(), length, slot));
        List<SortedSet<RequestClass>> found = clusters.clusters().stream().limit(TOP).toList();
        if (!found.equals(top)) {
            top = found;
            changes++;
        }
    }

    private List<double[]> split(double[] requests) {
        List<double[]> parts = new ArrayList<>();
        double[] rest = requests.clone();
        double left = 0;
        for (SortedSet<RequestClass> cluster : top) {
            double[] part = history.classRequests(cluster);
            for (int t = 0; t < rest.length; t++) {
                rest[t] = Math.max(0, rest[t] - part[t]);
            }
            parts.add(part);
        }
        for (double value : rest) {
            left += Double.isNaN(value) ? 0 : value;
        }
        if (left > 0) {
            parts.add(rest);
        }
        return parts;
    }

    /** Requests per second of each group at the steps of the history, NaN for gaps. */
    List<double[]> series() {
        return series;
    }

    /** One group is what is known without groups. */
    boolean areSeveral() {
        return series.size() > 1;
    }

    /** Grows when the groups are others than before. */
    int changes() {
        return changes;
    }

    /**
     * The cluster of a class, from 0 on, largest first.
     *
     * @return -1 for the rest
     */
    int groupOf(RequestClass one) {
        for (int i = 0; i < top.size(); i++) {
            if (top.get(i).contains(one)) {
                return i;
            }
        }
        return -1;
    }

    /** Requests of each class in the steps that are kept. */
    Map<RequestClass, Double> volumes() {
        return history.classes().volumes();
    }

    /** All requests in the steps that are kept. */
    double requests() {
        return history.requestCount();
    }
}
