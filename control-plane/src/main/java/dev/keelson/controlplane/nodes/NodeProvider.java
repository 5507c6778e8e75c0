package dev.keelson.controlplane.nodes;

import dev.keelson.core.fleet.CapacityType;
import dev.keelson.core.fleet.NodeId;
import java.io.IOException;

/** Port: who gives nodes and takes them back. */
public interface NodeProvider {
    /** Asks for one more node; its agent joins when it is there. */
    NodeId acquire(CapacityType capacityType) throws IOException, InterruptedException;

    /** Gives a node back whose agent has left. */
    void release(NodeId node) throws IOException, InterruptedException;
}
