package dev.keelson.runtime.http;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** By when a drain ends what still runs. May be set again, and only to an earlier time. */
public final class DrainLimit {
    private final LongSupplier nanos;
    private boolean known; // guarded by this
    private long end; // guarded by this

    /**
     * @param nanos a clock that never goes back
     */
    DrainLimit(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Ends it so long from now at the latest. */
    public synchronized void within(Duration time) {
        long wanted = nanos.getAsLong() + time.toNanos();
        if (!known || wanted - end < 0) {
            known = true;
            end = wanted;
            notifyAll();
        }
    }

    /** Waits until it has passed, for ever while none is set. */
    public synchronized void await() throws InterruptedException {
        while (!known) {
            wait();
        }
        for (long left = end - nanos.getAsLong(); left > 0; left = end - nanos.getAsLong()) {
            // Rounded up: a wait of 0 would be for ever.
            wait(TimeUnit.NANOSECONDS.toMillis(left) + 1);
        }
    }
}
