package dev.keelson.gateway.tenant;

import dev.keelson.core.tenant.RateBucket;
import dev.keelson.protocol.v1.RoutedTenant;
import dev.keelson.protocol.v1.TenantLoad;
import dev.keelson.protocol.v1.TenantRate;
import dev.keelson.protocol.v1.TenantShare;
import org.jspecify.annotations.Nullable;

/**
 * One tenant at this gateway: this gateway's part of its limits, and what it asks for. Thread-safe.
 */
public final class Caller {
    /** Reports that follow each other faster than this say the same of the demand. */
    private static final double SHORTEST_WINDOW_SECONDS = 0.2;

    private static final double NEWEST_WEIGHT = 0.5;
    private static final int LONGEST_RETRY_SECONDS = 60;

    private final String name;
    private double weight;
    private @Nullable RateBucket requests;
    private @Nullable RateBucket tokens;
    private @Nullable Integer most;
    private int inFlight;
    private long windowNanos;
    private int asked;
    private double askedTokens;
    private int peak;
    private int turnedAway;
    private double requestsPerSecond;
    private double tokensPerSecond;
    private double concurrency;

    Caller(String name, long nowNanos) {
        this.name = name;
        this.weight = 1;
        this.windowNanos = nowNanos;
    }

    public String name() {
        return name;
    }

    /** Its share of what waits, against the weights of others. */
    public synchronized double weight() {
        return weight;
    }

    /** From now on these limits, of which this gateway has this part. */
    synchronized void limit(RoutedTenant tenant, TenantShare share, long nowNanos) {
        weight = tenant.getWeight() > 0 ? tenant.getWeight() : 1;
        requests =
                tenant.hasRequests()
                        ? bucket(
                                requests,
                                tenant.getRequests(),
                                share.getRequestFraction(),
                                nowNanos)
                        : null;
        tokens =
                tenant.hasTokens()
                        ? bucket(tokens, tenant.getTokens(), share.getTokenFraction(), nowNanos)
                        : null;
        most = tenant.hasConcurrency() ? share.getConcurrency() : null;
    }

    // The capacity is at least one request, else a gateway with a small part would never take any.
    private static RateBucket bucket(
            @Nullable RateBucket known, TenantRate whole, double fraction, long nowNanos) {
        double perSecond = whole.getPerSecond() * fraction;
        double capacity = Math.max(1, whole.getBurst() * fraction);
        if (known == null) {
            return new RateBucket(perSecond, capacity, nowNanos);
        }
        known.resize(perSecond, capacity, nowNanos);
        return known;
    }

    /**
     * Lets a request in, which {@link #leave} must follow.
     *
     * @param expectedTokens prompt and output at most
     * @throws LimitReachedException with the time after which it is worth trying again
     */
    public synchronized void enter(double expectedTokens, long nowNanos)
            throws LimitReachedException {
        asked++;
        askedTokens += expectedTokens;
        if (most != null && inFlight >= most) {
            turnedAway++;
            throw new LimitReachedException(
                    "concurrency", "Too many requests of this key wait or run.", 1);
        }
        check("requests", "Too many requests a second of this key.", requests, 1, nowNanos);
        check("tokens", "Too many tokens a minute of this key.", tokens, expectedTokens, nowNanos);
        if (requests != null) {
            requests.take(1);
        }
        if (tokens != null) {
            tokens.take(expectedTokens);
        }
        inFlight++;
        peak = Math.max(peak, inFlight);
    }

    private static void check(
            String limit, String message, @Nullable RateBucket bucket, double cost, long nowNanos)
            throws LimitReachedException {
        if (bucket != null && !bucket.holds(cost, nowNanos)) {
            double wait = Math.ceil(bucket.secondsUntil(cost, nowNanos));
            throw new LimitReachedException(
                    limit, message, (int) Math.max(1, Math.min(LONGEST_RETRY_SECONDS, wait)));
        }
    }

    /**
     * The request has ended.
     *
     * @param expectedTokens that it entered with
     * @param usedTokens prompt and output as it turned out
     */
    public synchronized void leave(double expectedTokens, double usedTokens) {
        inFlight--;
        askedTokens += usedTokens - expectedTokens;
        if (tokens != null) {
            tokens.correct(expectedTokens - usedTokens);
        }
    }

    /** What was asked since the last time, smoothed over a few seconds; null for nothing. */
    synchronized @Nullable TenantLoad load(long nowNanos) {
        double seconds = (nowNanos - windowNanos) / 1e9;
        if (seconds >= SHORTEST_WINDOW_SECONDS) {
            requestsPerSecond = smooth(requestsPerSecond, asked / seconds);
            tokensPerSecond = smooth(tokensPerSecond, Math.max(0, askedTokens) / seconds);
            concurrency = smooth(concurrency, peak + turnedAway);
            asked = 0;
            askedTokens = 0;
            peak = inFlight;
            turnedAway = 0;
            windowNanos = nowNanos;
        }
        if (inFlight == 0 && requestsPerSecond == 0 && concurrency == 0) {
            return null;
        }
        return TenantLoad.newBuilder()
                .setTenant(name)
                .setRequestsPerSecond(requestsPerSecond)
                .setTokensPerSecond(tokensPerSecond)
                .setConcurrency(concurrency)
                .setInFlight(inFlight)
                .build();
    }

    // What has nearly died away is nothing: it would be reported for ever.
    private static double smooth(double before, double now) {
        double smoothed = NEWEST_WEIGHT * now + (1 - NEWEST_WEIGHT) * before;
        return smoothed < 1e-3 ? 0 : smoothed;
    }
}
