package dev.keelson.controlplane.observe;

import dev.keelson.controlplane.store.ReplicaRow;
import dev.keelson.core.fleet.Replica;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A replica as it is now. Not thread-safe: {@link FleetBoard} guards it. */
final class ReplicaEntry {
    ReplicaRow row;

    /** When the command that is under way was sent, and when the agent took it. */
    @Nullable Instant sentAt;

    @Nullable Instant takenAt;

    /** Does the agent's newest heartbeat name it? */
    boolean reported;

    int maxSequences;

    boolean asleep;

    ReplicaEntry(ReplicaRow row) {
        this.row = row;
    }

    Replica replica() {
        return row.replica();
    }

    void nothingUnderWay() {
        sentAt = null;
        takenAt = null;
    }
}
