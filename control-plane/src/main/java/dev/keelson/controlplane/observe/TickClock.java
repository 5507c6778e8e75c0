package dev.keelson.controlplane.observe;

import dev.keelson.core.fleet.ControlHealth;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;

/**
 * What this process knows of its own pauses: the gaps between its ticks. Not thread-safe: the
 * control loop's thread only.
 */
public final class TickClock {
    /** Pauses are remembered this long; longer than any detection window. */
    private static final Duration KEPT = Duration.ofSeconds(10);

    private record Gap(Instant end, Duration length) {}

    private final Instant startedAt;
    private final ArrayDeque<Gap> gaps = new ArrayDeque<>();
    private Instant last;

    public TickClock(Instant startedAt) {
        this.startedAt = startedAt;
        this.last = startedAt;
    }

    public ControlHealth tick(Instant now) {
        gaps.add(new Gap(now, Duration.between(last, now)));
        last = now;
        while (gaps.size() > 1
                && Duration.between(gaps.getFirst().end(), now).compareTo(KEPT) > 0) {
            gaps.removeFirst();
        }
        var longest = gaps.getFirst();
        for (var gap : gaps) {
            longest = gap.length().compareTo(longest.length()) > 0 ? gap : longest;
        }
        return new ControlHealth(startedAt, longest.length(), longest.end());
    }
}
