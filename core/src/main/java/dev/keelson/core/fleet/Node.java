package dev.keelson.core.fleet;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One machine with an agent.
 *
 * @param capacityThousandths room for replicas, 1000 per accelerator
 * @param lastHeardAt last heartbeat received, by the control plane's clock
 * @param connected whether the agent's session is open; a closed one shortens the detection window
 * @param cordoned takes no new replica, by an operator's or a planner's word
 * @param provided acquired by a NodeProvider, so it may be released again
 */
public record Node(
        NodeId id,
        FaultDomain domain,
        CapacityType capacityType,
        NodeState state,
        boolean cordoned,
        List<Accelerator> accelerators,
        int capacityThousandths,
        Instant lastHeardAt,
        boolean connected,
        boolean provided,
        @Nullable Notice notice) {
    public Node {
        accelerators = List.copyOf(accelerators);
        if (capacityThousandths < 0) {
            throw new IllegalArgumentException(
                    "The capacityThousandths (%d) of node (%s) must not be negative."
                            .formatted(capacityThousandths, id));
        }
    }

    /** May a new replica be started here? */
    public boolean takesReplicas() {
        return state == NodeState.READY && !cordoned && notice == null;
    }
}
