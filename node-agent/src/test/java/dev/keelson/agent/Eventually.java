package dev.keelson.agent;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Waits for something that happens in another thread or process. The limit is generous: it only
 * ends a test that would never end.
 */
public final class Eventually {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private Eventually() {}

    public static void is(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("It never happened: " + what);
            }
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }
}
