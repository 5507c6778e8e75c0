package dev.keelson.core.plan;

import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.NodeId;
import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.core.fleet.ReplicaState;
import java.time.Instant;

/**
 * A replica as the planner counts it: what the state says, or what the planner itself already told
 * it to become.
 *
 * @param since when its start was decided
 * @param changedAt when it entered its phase, as far as the state says
 * @param leaving its node is being taken away or emptied: it serves until another is READY
 */
record Member(
        ReplicaId id,
        DeploymentId deployment,
        int revision,
        NodeId node,
        ReplicaState phase,
        Instant since,
        Instant changedAt,
        boolean leaving) {
    /** The same, told to go. */
    Member draining() {
        return new Member(
                id, deployment, revision, node, ReplicaState.DRAINING, since, changedAt, leaving);
    }

    boolean isReady() {
        return phase == ReplicaState.READY;
    }

    boolean isDraining() {
        return phase == ReplicaState.DRAINING;
    }
}
