package dev.keelson.agent.supervise;

import dev.keelson.core.fleet.ReplicaState;

/**
 * A replica entered a state.
 *
 * @param reason why, such as exited-137, hung or start-timeout; empty where the state says it all
 */
public record ReplicaChange(String replica, String deployment, ReplicaState state, String reason) {}
