package dev.keelson.controlplane.nodes;

import dev.keelson.core.fleet.CapacityType;
import dev.keelson.core.fleet.NodeId;
import java.io.IOException;

/** Nodes that people bring and take away. */
public final class StaticNodes implements NodeProvider {
    @Override
    public NodeId acquire(CapacityType capacityType) throws IOException {
        throw new IOException("no node provider is configured: add a node by hand");
    }

    @Override
    public void release(NodeId node) {
        // Whoever brought the node decides what becomes of the machine.
    }
}
