package dev.keelson.controlplane;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Wakes the control loop before its time; many nudges are one. Thread-safe. */
final class Nudge {
    private final Semaphore waiting = new Semaphore(0);

    void now() {
        waiting.release();
    }

    /** Waits for a nudge, but no longer than this. */
    void await(Duration most) throws InterruptedException {
        if (waiting.tryAcquire(most.toMillis(), TimeUnit.MILLISECONDS)) {
            waiting.drainPermits();
        }
    }
}
