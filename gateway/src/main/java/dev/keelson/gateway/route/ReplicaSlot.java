package dev.keelson.gateway.route;

import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.core.route.ReplicaView;
import dev.keelson.gateway.upstream.UpstreamPool;
import dev.keelson.protocol.v1.ReplicaPhase;
import dev.keelson.protocol.v1.RoutedReplica;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;

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

    private final ReplicaId id;
    private final UpstreamPool pool;
    private RoutedReplica routed;
    private final Set<Attempt> attempts = new LinkedHashSet<>();
    private int suspects;
    private int consecutiveFailures;
    private long avoidedUntilNanos;
    private boolean avoided;
    private double secondsPerRequest = 1;
    private long succeeded;
    private long failed;
    private volatile long progressNanos;

    ReplicaSlot(RoutedReplica routed, long nowNanos) {
        this.id = new ReplicaId(routed.getReplica());
        this.pool = new UpstreamPool(routed.getUrl());
        this.routed = routed;
        this.progressNanos = nowNanos;
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

    void routed(RoutedReplica next) {
        routed = next;
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
        return routed.getPhase() == ReplicaPhase.READY
                && (!avoided || nowNanos - avoidedUntilNanos >= 0);
    }

    /** Streams run there and none moved for a while: better not add to them. */
    boolean isStalled(long nowNanos) {
        if (nowNanos - progressNanos < STALL_NANOS) {
            return false;
        }
        for (Attempt attempt : attempts) {
            if (attempt.hasToken()) {
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

    ReplicaView view() {
        return new ReplicaView(id, attempts.size(), maxSequences(), secondsPerRequest);
    }

    void begin(Attempt attempt) {
        attempts.add(attempt);
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
                consecutiveFailures = 0;
                avoided = false;
                double seconds = Math.max(1e-3, (nowNanos - attempt.startedNanos()) / 1e9);
                secondsPerRequest = MEMORY * secondsPerRequest + (1 - MEMORY) * seconds;
            }
            case FAILED -> {
                failed++;
                avoid(nowNanos);
            }
            case DRAINING -> {
                avoided = true;
                avoidedUntilNanos = nowNanos + DRAIN_SEEN_NANOS;
            }
            case NEUTRAL -> {}
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
