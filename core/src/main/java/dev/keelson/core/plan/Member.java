package dev.keelson.core.plan;

import dev.keelson.core.fleet.CapacityType;
import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.NodeId;
import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.core.fleet.ReplicaState;
import java.time.Instant;

/**
 * A replica as the planner counts it: what the state says, or what the planner itself already told
 * it to become.
 *
 * @param site where it stands
 * @param since when its start was decided
 * @param changedAt when it entered its phase, as far as the state says
 */
record Member(
        ReplicaId id,
        DeploymentId deployment,
        int revision,
        Site site,
        ReplicaState phase,
        Instant since,
        Instant changedAt) {
    /** The same, told to go. */
    Member draining() {
        return new Member(id, deployment, revision, site, ReplicaState.DRAINING, since, changedAt);
    }

    NodeId node() {
        return site.node.id();
    }

    /** Its node is being taken away or emptied: it serves until another is READY. */
    boolean leaving() {
        return site.isLeaving;
    }

    boolean isOnSpot() {
        return site.node.capacityType() == CapacityType.SPOT;
    }

    boolean isReady() {
        return phase == ReplicaState.READY;
    }

    boolean isDraining() {
        return phase == ReplicaState.DRAINING;
    }
}
