package dev.keelson.gateway.route;

import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.core.route.ReplicaView;
import dev.keelson.gateway.upstream.UpstreamPool;
import dev.keelson.protocol.v1.ReplicaPhase;
import dev.keelson.protocol.v1.RoutedReplica;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What this gateway knows of one replica. NOT thread-safe: guarded by the dispatcher's lock, but
 * for {@link #progress}.
 *
 * <p>A replica that fails is avoided here at once, long before the control plane hears of it: for
 * 0.5 s, doubling up to 16 s, then one request tries it.
 */
final class ReplicaSlot {
    private static final long FIRST_BACK_OFF_NANOS = Duration.ofMillis(500).toNanos();
    private static final int MOST_DOUBLINGS = 5;
    private static final long DRAIN_SEEN_NANOS = Duration.ofSeconds(5).toNanos();
    static final long STALL_NANOS = Duration.ofSeconds(2).toNanos();
    private static final double MEMORY = 0.8;
    private static final long FORGET_EJECTIONS_NANOS = Duration.ofMinutes(2).toNanos();

    private final ReplicaId id;
    private final UpstreamPool pool;
    private RoutedReplica routed;
    private final AdaptersHeld adapters = new AdaptersHeld();
    private final Set<Attempt> attempts = new LinkedHashSet<>();
    private int suspects;
    private int consecutiveFailures;
    private long avoidedUntilNanos;
    private boolean avoided;
    private double secondsPerRequest = 1;
    private long succeeded;
    private long failed;
    private final FailureShare failures;
    private int ejections;
    private boolean ejected;
    private long ejectedUntilNanos;
    private boolean ready;
    private long readySinceNanos;
    private volatile long progressNanos;

    ReplicaSlot(RoutedReplica routed, long nowNanos) {
        this.id = new ReplicaId(routed.getReplica());
        this.pool = new UpstreamPool(routed.getUrl());
        this.routed = routed;
        this.progressNanos = nowNanos;
        this.failures = new FailureShare(nowNanos);
        routed(routed, nowNanos);
    }

    ReplicaId id() {
        return id;
    }

    String node() {
        return routed.getNode();
    }

    String url() {
        return routed.getUrl();
    }

    UpstreamPool pool() {
        return pool;
    }

    final void routed(RoutedReplica next, long nowNanos) {
        routed = next;
        boolean isReady = next.getPhase() == ReplicaPhase.READY;
        if (isReady && !ready) {
            readySinceNanos = nowNanos;
        }
        ready = isReady;
    }

    Set<Attempt> attempts() {
        return attempts;
    }

    int inFlight() {
        return attempts.size();
    }

    int maxSequences() {
        return Math.max(1, routed.getMaxSequences());
    }

    int headroom() {
        return Math.max(1, maxSequences() / 4);
    }

    int consecutiveFailures() {
        return consecutiveFailures;
    }

    long succeeded() {
        return succeeded;
    }

    long failed() {
        return failed;
    }

    /** A byte came from it. */
    void progress(long nowNanos) {
        progressNanos = nowNanos;
    }

    long progressNanos() {
        return progressNanos;
    }

    /** May new requests go there at all, full or not? */
    boolean isUsable(long nowNanos) {
        return ready && (!avoided || nowNanos - avoidedUntilNanos >= 0) && !isEjected(nowNanos);
    }

    /**
     * Was it started with the adapter, and is it of the revision? The model itself is served by
     * all; the revision, 0, may be unknown.
     */
    boolean serves(Ticket ticket) {
        String adapter = ticket.adapter();
        boolean known = ticket.revision() != 0 && revision() != 0;
        return (adapter == null || routed.getAdaptersList().contains(adapter))
                && (!known || ticket.revision() == revision());
    }

    int revision() {
        return routed.getRevision();
    }

    boolean isReady() {
        return ready;
    }

    boolean isEjected(long nowNanos) {
        return ejected && nowNanos - ejectedUntilNanos < 0;
    }

    boolean failsTooMuch(long nowNanos) {
        return failures.isTooHigh(nowNanos);
    }

    /** No requests for a while, longer each time that follows soon after the last. */
    void eject(long nowNanos, Duration first) {
        if (ejected && nowNanos - ejectedUntilNanos > FORGET_EJECTIONS_NANOS) {
            ejections = 0;
        }
        ejected = true;
        ejectedUntilNanos = nowNanos + (first.toNanos() << Math.min(ejections, MOST_DOUBLINGS));
        ejections++;
        failures.forget();
    }

    /** Places that it should have in use by now, of all that it has: a new one warms up first. */
    int warmPlaces(long nowNanos, Duration slowStart) {
        int all = maxSequences() + headroom();
        long since = nowNanos - readySinceNanos;
        return since >= slowStart.toNanos()
                ? all
                : Math.max(1, (int) Math.ceil(all * ((double) since / slowStart.toNanos())));
    }

    /** Streams run there and none moved for a while: better not add to them. */
    boolean isStalled(long nowNanos) {
        if (nowNanos - progressNanos < STALL_NANOS) {
            return false;
        }
        for (Attempt attempt : attempts) {
            if (attempt.isExpecting()) {
                return true;
            }
        }
        return false;
    }

    /**
     * Room for this request? After failures one at a time; a suspect only where no other suspect
     * is.
     */
    boolean takes(Ticket ticket) {
        return (consecutiveFailures == 0 || attempts.isEmpty())
                && (!ticket.isSuspect() || suspects == 0);
    }

    /**
     * What a request would meet there.
     *
     * @param adapter that it asks for; null for the model itself
     * @param adapterSwitch time to load one
     */
    ReplicaView view(@Nullable String adapter, Duration adapterSwitch) {
        boolean loaded = adapter == null || adapters.holds(adapter);
        return new ReplicaView(
                id,
                attempts.size(),
                maxSequences(),
                secondsPerRequest,
                loaded ? 0 : adapterSwitch.toNanos() / 1e9);
    }

    void begin(Attempt attempt) {
        attempts.add(attempt);
        String adapter = attempt.ticket().adapter();
        if (adapter != null) {
            adapters.sent(adapter, routed.getAdapterSlots());
        }
        if (attempt.isSuspect()) {
            suspects++;
        }
    }

    void cleared(Attempt attempt) {
        if (attempt.isSuspect()) {
            attempt.clearSuspicion();
            suspects--;
        }
    }

    void end(Attempt attempt, Attempt.End how, long nowNanos) {
        if (!attempts.remove(attempt)) {
            return;
        }
        cleared(attempt);
        switch (how) {
            case SUCCEEDED -> {
                succeeded++;
                failures.ended(false, nowNanos);
                consecutiveFailures = 0;
                avoided = false;
                double seconds = Math.max(1e-3, (nowNanos - attempt.startedNanos()) / 1e9);
                secondsPerRequest = MEMORY * secondsPerRequest + (1 - MEMORY) * seconds;
            }
            case FAILED -> {
                failed++;
                failures.ended(true, nowNanos);
                avoid(nowNanos);
            }
            case LOST -> {
                failed++;
                adapters.clear();
                avoid(nowNanos);
            }
            case DRAINING -> avoidUntil(nowNanos + DRAIN_SEEN_NANOS);
            case BUSY -> avoidUntil(nowNanos + FIRST_BACK_OFF_NANOS);
            case NEUTRAL -> {}
        }
    }

    private void avoidUntil(long nanos) {
        if (!avoided || nanos - avoidedUntilNanos > 0) {
            avoided = true;
            avoidedUntilNanos = nanos;
        }
    }

    // Many requests fail at once when an engine dies: that is one failure.
    private void avoid(long nowNanos) {
        if (avoided && nowNanos - avoidedUntilNanos < 0) {
            return;
        }
        avoided = true;
        avoidedUntilNanos =
                nowNanos + (FIRST_BACK_OFF_NANOS << Math.min(consecutiveFailures, MOST_DOUBLINGS));
        consecutiveFailures++;
    }
}
