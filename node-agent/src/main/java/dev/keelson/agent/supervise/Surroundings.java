package dev.keelson.agent.supervise;

import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a replica needs of its agent.
 *
 * @param agent the agent's name
 * @param engineToken what engines want to see before they are changed; null for nothing
 * @param asks runs blocking questions to engines
 * @param owner runs what changes state: the agent's one loop
 * @param changes told of every change of state, by the owner
 */
record Surroundings(
        String agent,
        @Nullable String engineToken,
        InstantSource clock,
        Executor asks,
        Executor owner,
        Consumer<ReplicaChange> changes) {}
