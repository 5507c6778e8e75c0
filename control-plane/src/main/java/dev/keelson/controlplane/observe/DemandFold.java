package dev.keelson.controlplane.observe;

import dev.keelson.core.demand.Reading;
import dev.keelson.core.policy.Slo;
import dev.keelson.exchange.kafka.DemandFeed;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Folds what the streams say of demand. Thread-safe. */
public final class DemandFold implements DemandFeed.Listener {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration RATE_WINDOW = Duration.ofSeconds(10);
    private static final Duration SLO_WINDOW = Duration.ofSeconds(10);
    private static final Duration SLO_KEPT = Duration.ofSeconds(30);
    private static final Duration KEPT = Duration.ofMinutes(2);

    /** Sums over all deployments. */
    public record Counted(
            long arrivals,
            long lateCorrected,
            long tooLate,
            long duplicatesRemoved,
            @Nullable Instant lowestWatermark) {}

    private static final class Deployed {
        final NavigableMap<Instant, DemandFeed.Window> seconds = new TreeMap<>();
        DemandFeed.@Nullable Totals totals;
        DemandFeed.@Nullable SloWindow slo;

        @Nullable Instant newest() {
            var end = seconds.isEmpty() ? null : seconds.lastKey().plus(SECOND);
            var watermark = totals == null ? null : totals.watermark();
            if (end == null || watermark == null) {
                return end == null ? watermark : end;
            }
            return end.isAfter(watermark) ? end : watermark;
        }
    }

    private final InstantSource clock;
    private final Map<String, Deployed> deployments = new HashMap<>();
    private long undecodableAtJob;

    public DemandFold(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public synchronized void window(DemandFeed.Window window) {
        if (!window.size().equals(SECOND)) {
            return;
        }
        var seconds = of(window.deployment()).seconds;
        seconds.put(window.start(), window);
        while (seconds.firstKey().isBefore(seconds.lastKey().minus(KEPT))) {
            seconds.pollFirstEntry();
        }
    }

    @Override
    public synchronized void totals(DemandFeed.Totals totals) {
        of(totals.deployment()).totals = totals;
    }

    @Override
    public synchronized void slo(DemandFeed.SloWindow window) {
        var deployed = of(window.deployment());
        if (window.size().equals(SLO_WINDOW)
                && (deployed.slo == null || !window.start().isBefore(deployed.slo.start()))) {
            deployed.slo = window;
        }
    }

    @Override
    public synchronized void undecodableAtJob(long count) {
        undecodableAtJob = count;
    }

    public synchronized long undecodableAtJob() {
        return undecodableAtJob;
    }

    public @Nullable Reading arrivalsPerSecond(String deployment) {
        return rate(deployment, DemandFeed.Window::arrivals);
    }

    public @Nullable Reading outputTokensPerSecond(String deployment) {
        return rate(deployment, DemandFeed.Window::outputTokens);
    }

    /**
     * Prompt tokens of what arrived, by the gateways' estimate: what a prefix cache holds is not
     * known.
     */
    public @Nullable Reading promptTokensPerSecond(String deployment) {
        return rate(deployment, DemandFeed.Window::promptTokensEstimate);
    }

    public @Nullable Reading completionsPerSecond(String deployment) {
        return rate(deployment, DemandFeed.Window::completions);
    }

    /**
     * Requests that ended outside the service level in the newest window: those that failed or were
     * shed, and of the others as many as were too late to start or too slow, whichever is more.
     */
    public synchronized @Nullable Reading missesPerSecond(String deployment, Slo objective) {
        var deployed = deployments.get(deployment);
        if (deployed == null || deployed.slo == null) {
            return null;
        }
        var window = deployed.slo;
        var late = LatencySketch.above(window.ttftSketch(), objective.ttft());
        var slow = LatencySketch.above(window.tpotSketch(), objective.tpot());
        if (late == null || slow == null) {
            return null;
        }
        double misses =
                Math.min((double) window.requests(), window.failed() + Math.max(late, slow));
        return new Reading(
                misses / (window.size().toMillis() / 1e3),
                notAfterNow(window.start().plus(window.size())));
    }

    /** Newest TTFT in seconds at this quantile (0.5 or 0.99); null without recent samples. */
    public synchronized @Nullable Reading ttft(String deployment, double quantile) {
        var deployed = deployments.get(deployment);
        if (deployed == null || deployed.slo == null) {
            return null;
        }
        var end = deployed.slo.start().plus(deployed.slo.size());
        var newest = deployed.newest();
        if (newest != null && end.plus(SLO_KEPT).isBefore(newest)) {
            return null;
        }
        var latency = deployed.slo.ttft();
        var value = quantile < 0.9 ? latency.p50() : latency.p99();
        return value == null ? null : new Reading(value, notAfterNow(end));
    }

    /** Time since the end of what is known of demand; null while nothing is known. */
    public synchronized @Nullable Duration age(String deployment) {
        var deployed = deployments.get(deployment);
        var newest = deployed == null ? null : deployed.newest();
        return newest == null ? null : Duration.between(notAfterNow(newest), clock.instant());
    }

    public synchronized Counted counted() {
        long arrivals = 0;
        long late = 0;
        long tooLate = 0;
        long duplicates = 0;
        Instant lowest = null;
        for (var deployed : deployments.values()) {
            var totals = deployed.totals;
            if (totals != null) {
                arrivals += totals.arrivals();
                late += totals.lateCorrected();
                tooLate += totals.tooLate();
                duplicates += totals.duplicatesRemoved();
                lowest =
                        lowest == null || totals.watermark().isBefore(lowest)
                                ? totals.watermark()
                                : lowest;
            }
        }
        return new Counted(arrivals, late, tooLate, duplicates, lowest);
    }

    private synchronized @Nullable Reading rate(
            String deployment, ToLongFunction<DemandFeed.Window> count) {
        var deployed = deployments.get(deployment);
        var newest = deployed == null ? null : deployed.newest();
        if (deployed == null || newest == null) {
            return null;
        }
        double sum = 0;
        for (var window : deployed.seconds.tailMap(newest.minus(RATE_WINDOW), true).values()) {
            sum += count.applyAsLong(window);
        }
        return new Reading(sum / RATE_WINDOW.toSeconds(), notAfterNow(newest));
    }

    /** A gateway's clock may be ahead of this one: nothing known is from the future. */
    private Instant notAfterNow(Instant at) {
        var now = clock.instant();
        return at.isAfter(now) ? now : at;
    }

    private Deployed of(String deployment) {
        return deployments.computeIfAbsent(deployment, _ -> new Deployed());
    }
}
