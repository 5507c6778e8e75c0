package dev.keelson.agent.supervise;

import static dev.keelson.core.fleet.ReplicaState.DRAINING;
import static dev.keelson.core.fleet.ReplicaState.FAILED;
import static dev.keelson.core.fleet.ReplicaState.READY;
import static dev.keelson.core.fleet.ReplicaState.STARTING;
import static dev.keelson.core.fleet.ReplicaState.STOPPED;

import dev.keelson.core.fleet.ReplicaState;
import java.util.Map;
import java.util.Set;

/**
 * Which state follows which on an agent. The drawing is in docs/node-agent.md. An agent knows no
 * PENDING: what it accepts it starts at once.
 */
final class ReplicaLife {
    private static final Map<ReplicaState, Set<ReplicaState>> NEXT =
            Map.of(
                    ReplicaState.PENDING,
                    Set.of(STARTING, FAILED),
                    STARTING,
                    Set.of(READY, DRAINING, STOPPED, FAILED),
                    READY,
                    Set.of(DRAINING, STOPPED, FAILED),
                    DRAINING,
                    Set.of(STOPPED, FAILED),
                    STOPPED,
                    Set.of(),
                    FAILED,
                    Set.of());

    private ReplicaLife() {}

    static boolean allows(ReplicaState from, ReplicaState to) {
        return NEXT.getOrDefault(from, Set.of()).contains(to);
    }
}
