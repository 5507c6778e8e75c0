package dev.keelson.core.fleet;

/**
 * Life of a replica. PENDING → STARTING → READY → DRAINING → STOPPED; FAILED from any but STOPPED.
 */
public enum ReplicaState {
    /** Decided, not yet seen running by an agent. */
    PENDING,
    /** Its engine process runs and is not ready. */
    STARTING,
    READY,
    /** Takes no new request, finishes those it has. */
    DRAINING,
    STOPPED,
    FAILED;

    /** Does it still hold room on its node? */
    public boolean isLive() {
        return this != STOPPED && this != FAILED;
    }
}
