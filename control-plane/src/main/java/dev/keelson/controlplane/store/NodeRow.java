package dev.keelson.controlplane.store;

import dev.keelson.core.fleet.Accelerator;
import dev.keelson.core.fleet.CapacityType;
import dev.keelson.core.fleet.FaultDomain;
import java.time.Instant;
import java.util.List;

/**
 * What is remembered of a node.
 *
 * @param releasing asked to drain and leave
 * @param gone left in good order
 */
public record NodeRow(
        String name,
        Facts facts,
        boolean cordoned,
        boolean provided,
        boolean releasing,
        boolean gone,
        Instant lastHeardAt) {

    /** What the agent said of its machine. */
    public record Facts(
            FaultDomain domain,
            CapacityType capacityType,
            List<Accelerator> accelerators,
            int capacityThousandths,
            String agentVersion,
            String metricsUrl) {}

    public NodeRow withCordoned(boolean value) {
        return new NodeRow(name, facts, value, provided, releasing, gone, lastHeardAt);
    }

    public NodeRow withProvided(boolean value) {
        return new NodeRow(name, facts, cordoned, value, releasing, gone, lastHeardAt);
    }

    public NodeRow withReleasing(boolean value) {
        return new NodeRow(name, facts, cordoned, provided, value, gone, lastHeardAt);
    }

    public NodeRow withGone(boolean value) {
        return new NodeRow(name, facts, cordoned, provided, releasing, value, lastHeardAt);
    }

    public NodeRow withLastHeardAt(Instant at) {
        return new NodeRow(name, facts, cordoned, provided, releasing, gone, at);
    }
}
