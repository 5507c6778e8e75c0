package dev.keelson.core.demand;

import dev.keelson.core.fleet.CapacityType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Measured times from the decision to start a replica to READY: what a forecast's lead time is read
 * from, as a quantile.
 *
 * @param measured newest last; at most {@value #MOST}
 * @param ofTier the same of each tier of capacity, as far as the tier was known
 */
public record StartupTimes(
        List<Duration> measured, SortedMap<CapacityType, List<Duration>> ofTier) {
    /** Older measurements than the last so many are forgotten. */
    public static final int MOST = 50;

    /** Fewer measurements of a tier say less of it than those of all tiers do. */
    private static final int ENOUGH = 5;

    public static final StartupTimes NONE = new StartupTimes(List.of(), new TreeMap<>());

    public StartupTimes {
        measured = newest(measured);
        var tiers = new TreeMap<CapacityType, List<Duration>>();
        ofTier.forEach((tier, times) -> tiers.put(tier, newest(times)));
        ofTier = Collections.unmodifiableSortedMap(tiers);
    }

    private static List<Duration> newest(List<Duration> times) {
        return List.copyOf(times.subList(Math.max(0, times.size() - MOST), times.size()));
    }

    /** These and one more, of no known tier. */
    public StartupTimes with(Duration startup) {
        return new StartupTimes(and(measured, startup), ofTier);
    }

    /** These and one more on a node of this tier. */
    public StartupTimes with(CapacityType tier, Duration startup) {
        var tiers = new TreeMap<>(ofTier);
        tiers.put(tier, and(ofTier.getOrDefault(tier, List.of()), startup));
        return new StartupTimes(and(measured, startup), tiers);
    }

    private static List<Duration> and(List<Duration> times, Duration one) {
        var more = new ArrayList<>(times);
        more.add(one);
        return more;
    }

    /** The smallest measured time that at least {@code level} of them do not exceed. */
    public Optional<Duration> quantile(double level) {
        return quantile(measured, level);
    }

    /**
     * The same of the tier that takes longest: which of them a replica will start on is decided
     * later. A tier with fewer than {@value #ENOUGH} measurements is taken for all together.
     *
     * @param tiers those that a replica may start on; all together where there is none
     */
    public Optional<Duration> quantile(double level, Set<CapacityType> tiers) {
        var all = quantile(level);
        Duration longest = null;
        for (var tier : tiers) {
            var times = ofTier.getOrDefault(tier, List.of());
            var own = times.size() < ENOUGH ? all : quantile(times, level);
            if (own.isPresent() && (longest == null || own.get().compareTo(longest) > 0)) {
                longest = own.get();
            }
        }
        return longest == null ? all : Optional.of(longest);
    }

    private static Optional<Duration> quantile(List<Duration> times, double level) {
        if (times.isEmpty()) {
            return Optional.empty();
        }
        var sorted = times.stream().sorted().toList();
        int rank = (int) StrictMath.ceil(level * sorted.size());
        return Optional.of(sorted.get(Math.max(0, Math.min(sorted.size(), rank) - 1)));
    }
}
