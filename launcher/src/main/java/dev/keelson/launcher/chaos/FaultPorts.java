package dev.keelson.launcher.chaos;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a fault can touch. Every method answers false when its target does not exist or run. */
public interface FaultPorts {
    /** Kills the engine of a replica. */
    boolean killEngine(String replica);

    /** Sends the engine of a replica a signal, such as STOP or CONT. */
    boolean signalEngine(String replica, String signal) throws IOException;

    /** Kills a node's agent and engines, and keeps the node away. */
    boolean takeNode(String node, String reason);

    /** Lets a node come back, without notice and without partition. */
    boolean restoreNode(String node) throws IOException;

    /** Cuts a node's agent off from the control plane and Kafka, or heals it. */
    boolean partition(String node, boolean cut) throws IOException;

    /** Shows a notice on the metadata server of a SPOT node. */
    boolean notice(String node, Instant deadline) throws IOException;

    /** Takes a node away if its notice with that deadline still stands. */
    boolean reclaim(String node, Instant deadline);

    /**
     * Kills a process.
     *
     * @param away how long it stays away; null = until the supervisor's restart, which is at once
     */
    boolean killProcess(String name, @Nullable Duration away);

    /** Does something later. */
    void after(Duration delay, Runnable action);

    /** Now. */
    Instant now();
}
