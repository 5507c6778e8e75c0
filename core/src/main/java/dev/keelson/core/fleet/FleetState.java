package dev.keelson.core.fleet;

import dev.keelson.core.policy.Approval;
import dev.keelson.core.policy.Freeze;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All that is known at one moment. Every time in it is the control plane's.
 *
 * @param epoch leader's epoch
 * @param replicas live ones, and STOPPED or FAILED ones that a planner may still have to answer
 */
public record FleetState(
        Instant observedAt,
        long epoch,
        ControlHealth control,
        SortedMap<NodeId, Node> nodes,
        SortedMap<DeploymentId, DeploymentState> deployments,
        SortedMap<ReplicaId, Replica> replicas,
        List<Freeze> freezes,
        List<OperatorRequest> requests,
        List<Approval> approvals) {
    public FleetState {
        nodes = Collections.unmodifiableSortedMap(new TreeMap<>(nodes));
        deployments = Collections.unmodifiableSortedMap(new TreeMap<>(deployments));
        replicas = Collections.unmodifiableSortedMap(new TreeMap<>(replicas));
        freezes = List.copyOf(freezes);
        requests = List.copyOf(requests);
        approvals = List.copyOf(approvals);
    }

    /** Without approvals. */
    public FleetState(
            Instant observedAt,
            long epoch,
            ControlHealth control,
            SortedMap<NodeId, Node> nodes,
            SortedMap<DeploymentId, DeploymentState> deployments,
            SortedMap<ReplicaId, Replica> replicas,
            List<Freeze> freezes,
            List<OperatorRequest> requests) {
        this(
                observedAt,
                epoch,
                control,
                nodes,
                deployments,
                replicas,
                freezes,
                requests,
                List.of());
    }
}
