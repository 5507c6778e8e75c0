package dev.keelson.gateway.route;

import java.time.Duration;

/**
 * Share of a replica's requests that failed lately, each weighing half as much every 10 s. NOT
 * thread-safe: the dispatcher's lock.
 */
final class FailureShare {
    private static final double HALF_LIFE_NANOS = Duration.ofSeconds(10).toNanos();
    private static final double LEAST_REQUESTS = 3;
    private static final double TOO_MUCH = 0.5;

    private double requests;
    private double failures;
    private long asOfNanos;

    FailureShare(long nowNanos) {
        asOfNanos = nowNanos;
    }

    void ended(boolean failed, long nowNanos) {
        decay(nowNanos);
        requests++;
        failures += failed ? 1 : 0;
    }

    /**
     * Half of the last requests, if they weigh as much as three of now: enough to look elsewhere
     * first.
     */
    boolean isTooHigh(long nowNanos) {
        decay(nowNanos);
        return requests >= LEAST_REQUESTS && failures >= TOO_MUCH * requests;
    }

    void forget() {
        requests = 0;
        failures = 0;
    }

    private void decay(long nowNanos) {
        double left = Math.pow(0.5, (nowNanos - asOfNanos) / HALF_LIFE_NANOS);
        requests *= left;
        failures *= left;
        asOfNanos = nowNanos;
    }
}
