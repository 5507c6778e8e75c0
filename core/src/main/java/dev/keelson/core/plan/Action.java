package dev.keelson.core.plan;

import dev.keelson.core.fleet.CapacityType;
import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.NodeId;
import dev.keelson.core.fleet.ReplicaId;
import java.time.Duration;

/** One thing that a plan does. */
public sealed interface Action {
    /** Changes the wanted number of replicas. */
    record Scale(DeploymentId deployment, int from, int to) implements Action {}

    record StartReplica(ReplicaId target, DeploymentId deployment, int revision, NodeId node)
            implements Action {}

    /** No new requests; ended once idle or after {@code within}. */
    record DrainReplica(ReplicaId target, Duration within, String why) implements Action {}

    /** Ended at once: it is lost, hung or surplus and idle. */
    record StopReplica(ReplicaId target, String why) implements Action {}

    record CordonNode(NodeId target, String why) implements Action {}

    /** Takes back a cordon of the planner's own, once its notice is withdrawn. */
    record UncordonNode(NodeId target, String why) implements Action {}

    record AcquireNode(CapacityType capacityType) implements Action {}

    /** Drains what runs there, then gives the node back to its provider. */
    record ReleaseNode(NodeId target) implements Action {}

    /** The deployment's traffic moves to this revision. */
    record PromoteRevision(DeploymentId deployment, int from, int to) implements Action {}

    /** Back to the last good revision. */
    record RevertRevision(DeploymentId deployment, int from, int to) implements Action {}
}
