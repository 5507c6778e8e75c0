package dev.keelson.controlplane.observe;

import dev.keelson.controlplane.store.NodeRow;
import dev.keelson.core.fleet.Notice;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A node as it is now. Not thread-safe: {@link FleetBoard} guards it. */
final class NodeEntry {
    NodeRow row;
    Instant lastHeardAt;
    Instant storedAt;
    @Nullable AgentLink link;
    @Nullable Notice notice;
    @Nullable Double cpuUse;
    long clockOffsetMs;
    long spooled;
    long dropped;

    NodeEntry(NodeRow row) {
        this.row = row;
        this.lastHeardAt = row.lastHeardAt();
        this.storedAt = row.lastHeardAt();
    }
}
