package dev.keelson.controlplane.observe;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Share of recent requests that failed at each replica, from the gateways' totals. Thread-safe.
 * Totals that fall belong to a gateway that started again.
 */
public final class FailureShares {
    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final int MOST_SERIES = 2_000;

    private record Totals(long succeeded, long failed) {}

    private record Step(String replica, Instant at, long succeeded, long failed) {}

    /** Requests of a window. */
    public record Counted(long succeeded, long failed, Instant newest) {}

    private final Map<String, Totals> last = new HashMap<>();
    private final ArrayDeque<Step> steps = new ArrayDeque<>();

    public synchronized void observed(
            String gateway, String replica, long succeeded, long failed, Instant now) {
        var key = gateway + "/" + replica;
        if (last.size() >= MOST_SERIES && !last.containsKey(key)) {
            last.clear();
        }
        var before = last.put(key, new Totals(succeeded, failed));
        if (before == null) {
            return;
        }
        var reset = succeeded < before.succeeded() || failed < before.failed();
        var step =
                reset
                        ? new Step(replica, now, succeeded, failed)
                        : new Step(
                                replica,
                                now,
                                succeeded - before.succeeded(),
                                failed - before.failed());
        if (step.succeeded() + step.failed() > 0) {
            steps.add(step);
        }
        while (!steps.isEmpty()
                && Duration.between(steps.getFirst().at(), now).compareTo(WINDOW) > 0) {
            steps.removeFirst();
        }
    }

    /** Requests of the last minute at one replica; null where there were none. */
    public synchronized @Nullable Counted of(String replica, Instant now) {
        long succeeded = 0;
        long failed = 0;
        Instant newest = null;
        for (var step : steps) {
            if (step.replica().equals(replica)
                    && Duration.between(step.at(), now).compareTo(WINDOW) <= 0) {
                succeeded += step.succeeded();
                failed += step.failed();
                newest = step.at();
            }
        }
        return newest == null ? null : new Counted(succeeded, failed, newest);
    }
}
