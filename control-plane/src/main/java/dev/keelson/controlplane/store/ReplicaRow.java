package dev.keelson.controlplane.store;

import dev.keelson.core.fleet.Replica;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A replica with what was decided of its end.
 *
 * @param endingReason why it ends; null while it does not
 * @param within time that a drain may take
 */
public record ReplicaRow(
        Replica replica, Ending ending, @Nullable String endingReason, Duration within) {

    /** What was decided of a replica's end. */
    public enum Ending {
        NONE,
        DRAIN,
        STOP
    }

    public static ReplicaRow started(Replica replica) {
        return new ReplicaRow(replica, Ending.NONE, null, Duration.ZERO);
    }

    public ReplicaRow with(Replica changed) {
        return new ReplicaRow(changed, ending, endingReason, within);
    }

    public ReplicaRow ending(Ending how, String reason, Duration time) {
        return new ReplicaRow(replica, how, reason, time);
    }
}
