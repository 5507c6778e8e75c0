package dev.keelson.gateway.route;

import java.time.InstantSource;

/**
 * Bounds how much traffic retries may add, so that they cannot keep an overloaded fleet down: over
 * the last 10 s at most 20 % of the requests, or a floor that covers every request in flight on a
 * few engines that die. Thread-safe.
 */
public final class RetryBudget {
    private static final int SECONDS = 10;
    private static final double SHARE = 0.2;

    private final InstantSource clock;
    private final int floor;
    private final int[] requests = new int[SECONDS];
    private final int[] retries = new int[SECONDS];
    private long second;

    /**
     * @param floor retries per 10 s that are always allowed
     */
    public RetryBudget(InstantSource clock, int floor) {
        this.clock = clock;
        this.floor = floor;
    }

    /** A request came. */
    public synchronized void request() {
        advance();
        requests[(int) (second % SECONDS)]++;
    }

    /** May one more retry be made? If so it is counted. */
    public synchronized boolean tryRetry() {
        advance();
        int came = 0;
        int made = 0;
        for (int i = 0; i < SECONDS; i++) {
            came += requests[i];
            made += retries[i];
        }
        if (made >= Math.max(floor, came * SHARE)) {
            return false;
        }
        retries[(int) (second % SECONDS)]++;
        return true;
    }

    private void advance() {
        long now = clock.millis() / 1000;
        long steps = Math.min(SECONDS, now - second);
        for (long i = 0; i < steps; i++) {
            int slot = (int) ((now - i) % SECONDS);
            requests[slot] = 0;
            retries[slot] = 0;
        }
        second = Math.max(second, now);
    }
}
