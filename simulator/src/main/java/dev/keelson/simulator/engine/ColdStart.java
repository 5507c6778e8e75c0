package dev.keelson.simulator.engine;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Measured times to load a model, by where its weights lie.
 *
 * @param seconds by tier, each sorted and not empty
 */
public record ColdStart(SortedMap<Tier, List<Double>> seconds) {
    /** Where the weights lie before the start, slowest first. */
    public enum Tier {
        /** Local disk, ordinary loader. */
        DISK,
        /** Local disk, a loader that reads it at full speed. */
        FAST_DISK,
        /** The page cache, ordinary loader. */
        MEMORY,
        /** Pinned memory, fast loader. */
        FAST_MEMORY
    }

    public ColdStart {
        Map<Tier, List<Double>> sorted = new EnumMap<>(Tier.class);
        seconds.forEach((tier, times) -> {
            if (times.isEmpty()) {
                throw new IllegalArgumentException(
                        "The tier %s has no load times.".formatted(tier));
            }
            sorted.put(tier, times.stream().sorted().toList());
        });
        seconds = Collections.unmodifiableSortedMap(new TreeMap<>(sorted));
    }

    /**
     * The p-quantile of a tier's load times in seconds, one of the measured ones; p in [0, 1]. A
     * tier that was not measured is an error.
     */
    public double quantileSeconds(Tier tier, double p) {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException("The quantile (%f) must be in [0, 1].".formatted(p));
        }
        var times = seconds.get(tier);
        if (times == null) {
            throw new IllegalArgumentException(
                    "No load time was measured for %s.%nMeasured: %s."
                            .formatted(tier, seconds.keySet()));
        }
        return times.get((int) Math.min(times.size() - 1, StrictMath.floor(p * times.size())));
    }
}
