package dev.keelson.launcher.fleet;

import java.time.Duration;

/**
 * How long to wait before a process is started again: doubling from 200 ms to 15 s, from the start
 * again once it ran for a minute. Not thread-safe.
 */
final class Backoff {
    private static final Duration FIRST = Duration.ofMillis(200);
    private static final Duration LONGEST = Duration.ofSeconds(15);
    private static final Duration HEALTHY = Duration.ofMinutes(1);

    private int failures;

    /**
     * The wait after a run.
     *
     * @param ranFor how long the process had run
     */
    Duration after(Duration ranFor) {
        if (ranFor.compareTo(HEALTHY) >= 0) {
            failures = 0;
        }
        Duration wait = FIRST.multipliedBy(1L << Math.min(failures, 10));
        failures++;
        return wait.compareTo(LONGEST) < 0 ? wait : LONGEST;
    }

    /** Ends in a row without a healthy run between them. */
    int failures() {
        return failures;
    }
}
