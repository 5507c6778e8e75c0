package dev.keelson.core.fleet;

/** Life of a node as the control plane sees it. */
public enum NodeState {
    /** Heartbeats arrive. */
    READY,
    /** Silent for more than half of the detection window: takes no new replica. */
    SUSPECT,
    /**
     * Silent for the whole window: its replicas are replaced. A returning node becomes READY again.
     */
    LOST,
    /** A notice stands or it is being released: nothing new, what runs is drained. */
    DRAINING,
    /** Left in good order (drained, then released or taken back by its provider). */
    GONE
}
