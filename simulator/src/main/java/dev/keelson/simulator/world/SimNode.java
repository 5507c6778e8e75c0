package dev.keelson.simulator.world;

import dev.keelson.core.fleet.NodeId;
import dev.keelson.simulator.trace.Fleet;

/** One node of the simulated fleet. Mutable: the world owns it. */
final class SimNode {
    final NodeId id;
    final Fleet.NodeGroup group;

    boolean up = true;
    boolean cordoned;
    double lastHeardSeconds;
    double noticeSeconds = Double.NaN;
    double noticeDeadlineSeconds = Double.NaN;
    int gpusTaken;

    /** Weights lie in its memory: a replica started here before. */
    boolean warm;

    SimNode(NodeId id, Fleet.NodeGroup group) {
        this.id = id;
        this.group = group;
    }

    int gpusFree() {
        return group.gpus() - gpusTaken;
    }

    boolean takesReplicas() {
        return up && !cordoned && Double.isNaN(noticeSeconds);
    }
}
