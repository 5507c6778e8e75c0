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
}
