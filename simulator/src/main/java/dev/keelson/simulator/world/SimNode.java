package dev.keelson.simulator.world;

import dev.keelson.core.fleet.NodeId;
import dev.keelson.simulator.trace.Fleet;
import java.util.BitSet;
import java.util.Comparator;

/** One node of the simulated fleet. Mutable: the world owns it. */
final class SimNode {
    /** The most free GPUs first. */
    static final Comparator<SimNode> EMPTIEST =
            Comparator.comparingInt((SimNode n) -> -n.gpusFree()).thenComparing(n -> n.id);

    final NodeId id;
    final Fleet.NodeGroup group;

    boolean up = true;
    boolean cordoned;
    double lastHeardSeconds;
    double noticeSeconds = Double.NaN;
    double noticeDeadlineSeconds = Double.NaN;

    /** Causes that hold it away; it is back when the last one ends. */
    int outages;

    /** Replicas that are told to start before this become READY after it. */
    double stuckUntilSeconds;

    /** Each step takes so many times as long; of several causes the product. */
    double slowdown = 1;

    /** Weights lie in its memory: a replica started here before. */
    boolean warm;

    private final BitSet taken = new BitSet();
    private final BitSet broken = new BitSet();
    private int nextGpu;

    SimNode(NodeId id, Fleet.NodeGroup group) {
        this.id = id;
        this.group = group;
    }

    int gpusFree() {
        return group.gpus() - taken.cardinality();
    }

    boolean takesReplicas() {
        return up && !cordoned && Double.isNaN(noticeSeconds);
    }

    /**
     * The next free GPUs in turn: whoever starts a replica knows how many are free and not which of
     * them work.
     */
    BitSet take(int count) {
        var gpus = new BitSet();
        for (int i = 0; i < group.gpus() && gpus.cardinality() < count; i++) {
            int gpu = (nextGpu + i) % group.gpus();
            if (!taken.get(gpu)) {
                gpus.set(gpu);
            }
        }
        if (gpus.cardinality() < count) {
            throw new IllegalStateException("Node " + id + " has no room for a replica.");
        }
        nextGpu = gpus.length() % group.gpus();
        taken.or(gpus);
        return gpus;
    }

    boolean isFree(BitSet gpus) {
        return !taken.intersects(gpus);
    }

    void take(BitSet gpus) {
        taken.or(gpus);
    }

    void free(BitSet gpus) {
        taken.andNot(gpus);
    }

    void breakGpus(BitSet gpus) {
        broken.or(gpus);
    }

    void mendGpus(BitSet gpus) {
        broken.andNot(gpus);
    }

    /** A reset of all its GPUs, or a restart of the machine. */
    void mendGpus() {
        broken.clear();
    }

    boolean isBroken(BitSet gpus) {
        return broken.intersects(gpus);
    }
}
