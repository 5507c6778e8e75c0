package dev.keelson.forecaster.statistical.classes;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Clusters of classes whose requests come at like times, kept from one look at the demand to the
 * next: a class that is no longer like its cluster leaves it, one without a cluster joins the most
 * similar or opens its own, and clusters that have become alike are merged. Similar means a cosine
 * above a bound between counts per step scaled to length 1. After Ma et al., "Query-based workload
 * forecasting for self-driving database management systems", SIGMOD 2018, section 5 (QB5000).
 * Mutable, one writer; the same demand at the same looks gives the same clusters.
 */
public final class ClassClusters {
    private final double least;
    private final int window;
    private List<SortedSet<RequestClass>> clusters = List.of();

    /**
     * @param least cosine above which two patterns are alike, in (0, 1); QB5000 has .8
     * @param window newest steps that are compared
     */
    public ClassClusters(double least, int window) {
        if (!(least > 0 && least < 1) || window < 1) {
            throw new IllegalArgumentException(
                    "The least similarity (%s) must lie in (0, 1) and the window (%d steps) be at least 1."
                            .formatted(least, window));
        }
        this.least = least;
        this.window = window;
    }

    /** Looks at the demand anew. */
    public void update(ClassDemand demand) {
        SortedMap<RequestClass, double[]> patterns = new TreeMap<>();
        for (RequestClass one : demand.classes()) {
            double[] pattern = unit(demand.newest(one, window));
            if (pattern != null) {
                patterns.put(one, pattern);
            }
        }
        List<Cluster> kept = kept(patterns);
        for (RequestClass one : demand.classes()) {
            double[] pattern = patterns.get(one);
            if (pattern != null && kept.stream().noneMatch(c -> c.members.contains(one))) {
                Cluster nearest = nearest(kept, pattern);
                if (nearest == null) {
                    nearest = new Cluster(pattern.length);
                    kept.add(nearest);
                }
                nearest.add(one, pattern);
            }
        }
        merge(kept);
        clusters =
                kept.stream()
                        .sorted(Comparator.comparingDouble(c -> -c.volume(demand)))
                        .<SortedSet<RequestClass>>map(
                                c -> java.util.Collections.unmodifiableSortedSet(c.members))
                        .toList();
    }

    /** The clusters, most requests first. */
    public List<SortedSet<RequestClass>> clusters() {
        return clusters;
    }

    /** The clusters of before, without the classes that have left them. */
    private List<Cluster> kept(SortedMap<RequestClass, double[]> patterns) {
        var kept = new ArrayList<Cluster>();
        for (SortedSet<RequestClass> before : clusters) {
            Cluster all = new Cluster(length(patterns));
            for (RequestClass one : before) {
                double[] pattern = patterns.get(one);
                if (pattern != null) {
                    all.add(one, pattern);
                }
            }
            Cluster like = new Cluster(length(patterns));
            for (RequestClass one : all.members) {
                double[] pattern = patterns.getOrDefault(one, all.centre);
                if (all.similarity(pattern) > least) {
                    like.add(one, pattern);
                }
            }
            if (!like.members.isEmpty()) {
                kept.add(like);
            }
        }
        return kept;
    }

    private static int length(SortedMap<RequestClass, double[]> patterns) {
        return patterns.isEmpty() ? 0 : patterns.firstEntry().getValue().length;
    }

    private @Nullable Cluster nearest(List<Cluster> among, double[] pattern) {
        Cluster nearest = null;
        double most = least;
        for (Cluster cluster : among) {
            double similarity = cluster.similarity(pattern);
            if (similarity > most) {
                most = similarity;
                nearest = cluster;
            }
        }
        return nearest;
    }

    /** Merges the most similar pair until no two are alike. */
    private void merge(List<Cluster> among) {
        while (true) {
            double most = least;
            int first = -1;
            int second = -1;
            for (int i = 0; i < among.size(); i++) {
                for (int k = i + 1; k < among.size(); k++) {
                    double similarity = among.get(i).similarity(among.get(k).centre);
                    if (similarity > most) {
                        most = similarity;
                        first = i;
                        second = k;
                    }
                }
            }
            if (first < 0) {
                return;
            }
            among.get(first).add(among.remove(second));
        }
    }

    /** Scaled to length 1, gaps as zeros; null where nothing was asked. */
    private static double @Nullable [] unit(double[] counts) {
        double squares = 0;
        for (double count : counts) {
            squares += Double.isNaN(count) ? 0 : count * count;
        }
        if (!(squares > 0)) {
            return null;
        }
        double[] unit = new double[counts.length];
        for (int i = 0; i < counts.length; i++) {
            unit[i] = Double.isNaN(counts[i]) ? 0 : counts[i] / Math.sqrt(squares);
        }
        return unit;
    }

    /** The members and the sum of their patterns, whose direction is the centre's. */
    private static final class Cluster {
        private final TreeSet<RequestClass> members = new TreeSet<>();
        private final double[] centre;

        Cluster(int length) {
            centre = new double[length];
        }

        void add(RequestClass one, double[] pattern) {
            members.add(one);
            add(pattern);
        }

        void add(Cluster other) {
            members.addAll(other.members);
            add(other.centre);
        }

        private void add(double[] pattern) {
            for (int i = 0; i < centre.length; i++) {
                centre[i] += pattern[i];
            }
        }

        double similarity(double[] pattern) {
            double product = 0;
            double own = 0;
            double others = 0;
            for (int i = 0; i < centre.length; i++) {
                product += centre[i] * pattern[i];
                own += centre[i] * centre[i];
                others += pattern[i] * pattern[i];
            }
            return own > 0 && others > 0 ? product / Math.sqrt(own * others) : 0;
        }

        double volume(ClassDemand demand) {
            return members.stream().mapToDouble(demand::volume).sum();
        }
    }
}
