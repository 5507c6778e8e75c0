package dev.keelson.core.demand;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Measured times from the decision to start a replica to READY: what a forecast's lead time is read
 * from, as a quantile.
 *
 * @param measured newest last; at most {@value #MOST}
 */
public record StartupTimes(List<Duration> measured) {
    /** Older measurements than the last so many are forgotten. */
    public static final int MOST = 50;

    public static final StartupTimes NONE = new StartupTimes(List.of());

    public StartupTimes {
        measured =
                List.copyOf(measured.subList(Math.max(0, measured.size() - MOST), measured.size()));
    }

    /** These and one more. */
    public StartupTimes with(Duration startup) {
        var more = new ArrayList<>(measured);
        more.add(startup);
        return new StartupTimes(more);
    }

    /** The smallest measured time that at least {@code level} of them do not exceed. */
    public Optional<Duration> quantile(double level) {
        if (measured.isEmpty()) {
            return Optional.empty();
        }
        var sorted = measured.stream().sorted().toList();
        int rank = (int) StrictMath.ceil(level * sorted.size());
        return Optional.of(sorted.get(Math.max(0, Math.min(sorted.size(), rank) - 1)));
    }
}
