package dev.keelson.controlplane;

import java.time.Duration;
import java.util.concurrent.Callable;

/**
 * Waits for something that other threads do; the limit is generous and never the point of a test.
 */
final class Eventually {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private Eventually() {}

    static void holds(Callable<Boolean> condition) throws Exception {
        var end = System.nanoTime() + LIMIT.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("it did not come true within " + LIMIT);
            }
            Thread.sleep(20);
        }
    }
}
