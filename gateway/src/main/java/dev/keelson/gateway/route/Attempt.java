package dev.keelson.gateway.route;

import dev.keelson.gateway.upstream.UpstreamConnection;
import dev.keelson.gateway.upstream.UpstreamPool;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One request placed on one replica, until it ends. Its request's thread drives it; the dispatcher
 * may abort it.
 */
public final class Attempt {
    /** How it went, as far as the replica is concerned. */
    public enum End {
        SUCCEEDED,
        /** The replica failed a request, and lives. */
        FAILED,
        /** The replica is gone, or cannot be reached. */
        LOST,
        /** It has no room in time. */
        BUSY,
        /** It refuses new requests because it is about to leave. */
        DRAINING,
        /** Says nothing about the replica: the client left, or the request was at fault. */
        NEUTRAL
    }

    /** Why the dispatcher ended it. */
    public enum Abort {
        /** The replica makes no progress and another can take the request. */
        MOVED,
        /** The deadline passed before the first token. */
        DEADLINE,
        /** A stream stood still for too long. */
        STALLED,
        /** The client left. */
        CANCELLED
    }

    private static final long HELD_NANOS = Duration.ofMillis(100).toNanos();

    private final ReplicaSlot slot;
    private final Ticket ticket;
    private final int revision; // of its replica when it began; 0: not known
    private final long startedNanos;
    private boolean suspect;
    private volatile long lastByteNanos;
    private volatile boolean token;
    private volatile boolean movable;
    private volatile boolean held;
    private volatile @Nullable Abort aborted;
    private @Nullable UpstreamConnection connection; // guarded by this

    Attempt(ReplicaSlot slot, Ticket ticket, long nowNanos) {
        this.slot = slot;
        this.ticket = ticket;
        this.revision = slot.revision();
        this.startedNanos = nowNanos;
        this.lastByteNanos = nowNanos;
        this.suspect = ticket.isSuspect();
    }

    public String replica() {
        return slot.id().value();
    }

    public UpstreamPool pool() {
        return slot.pool();
    }

    /** The connection that it uses from now on; closed at once if it was aborted meanwhile. */
    public synchronized void attach(UpstreamConnection used) {
        connection = used;
        if (aborted != null) {
            used.close();
        }
    }

    /** The connection is out of its hands. */
    public synchronized void detach() {
        connection = null;
    }

    synchronized void abort(Abort why) {
        if (aborted == null) {
            aborted = why;
            if (connection != null) {
                connection.close();
            }
        }
    }

    /** Why it was aborted; null while nobody did. */
    public @Nullable Abort aborted() {
        return aborted;
    }

    /** A byte came. */
    public void progress(long nowNanos) {
        lastByteNanos = nowNanos;
        slot.progress(nowNanos);
    }

    /** A token came: from now on the client has a part of the answer. */
    public void token() {
        token = true;
    }

    /** Could another replica go on with its stream as it stands? */
    public void movable(boolean can) {
        movable = can;
    }

    /** Only one of the same revision could: nothing else says that its tokens mean the same. */
    public void keepRevision() {
        ticket.stayOn(revision);
    }

    /** The client does not take what the replica has sent: silence is no fault of the replica. */
    public void held() {
        held = true;
    }

    /** The client took it: the replica's silence counts from now on. */
    public void taken(long nowNanos) {
        if (nowNanos - lastByteNanos > HELD_NANOS) {
            progress(nowNanos);
        }
        held = false;
    }

    boolean isHeld() {
        return held;
    }

    /** Is its replica expected to send something? */
    boolean isExpecting() {
        return token && !held;
    }

    boolean isMovable() {
        return movable;
    }

    public boolean hasToken() {
        return token;
    }

    Ticket ticket() {
        return ticket;
    }

    ReplicaSlot slot() {
        return slot;
    }

    long startedNanos() {
        return startedNanos;
    }

    long lastByteNanos() {
        return lastByteNanos;
    }

    /** Was its request on a replica that died, and has it given no token since? */
    public boolean isSuspect() {
        return suspect;
    }

    void clearSuspicion() {
        suspect = false;
    }
}
