package dev.keelson.core.fleet;

/**
 * What an operator asked for and the planner has not answered yet; the id names it in the audit
 * log.
 */
public sealed interface OperatorRequest {
    String id();

    /** Sets the wanted count, within the deployment's bounds. */
    record Scale(String id, DeploymentId deployment, int replicas) implements OperatorRequest {}

    /** Moves every replica off a node, replacements first, and leaves it cordoned. */
    record DrainNode(String id, NodeId node) implements OperatorRequest {}
}
