package dev.keelson.simulator.world;

import dev.keelson.core.fleet.CapacityType;
import dev.keelson.core.fleet.NodeId;
import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.core.fleet.ReplicaState;
import dev.keelson.simulator.trace.Fleet;
import dev.keelson.simulator.trace.Trace;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * A fleet on virtual time under one policy: open-loop arrivals, the gateway's queue and the
 * production route choice, replicas with cold starts, nodes that may go away. Single-threaded, and
 * a function of its inputs alone.
 */
final class FleetWorld {
    /** After the trace's end requests in flight may finish for so long. */
    private static final double AFTERMATH_SECONDS = 900;

    /** An engine that cannot use its GPU ends so long after its start. An assumption. */
    private static final double DOOMED_START_SECONDS = 5;

    private final Fleet fleet;
    private final Trace trace;
    private final Scaler scaler;
    private final Function<Fleet.NodeGroup, ReplicaModel> engines;
    private final SplittableRandom random;
    private final List<SimNode> nodes = new ArrayList<>();
    private final List<SimReplica> replicas = new ArrayList<>();
    private final Gateway gateway;
    private final Outcomes outcomes;
    private final Timeline timeline;
    private final Disturbances disturbances;
    private final FaultLedger ledger = new FaultLedger();
    private final double usableKvTokens;
    private final double tickSeconds;
    private final ScaleLog scaleLog = new ScaleLog();

    private double now;
    private int replicasLost;

    FleetWorld(
            Fleet fleet,
            Trace trace,
            Scaler scaler,
            Function<Fleet.NodeGroup, ReplicaModel> engines,
            long seed) {
        this.fleet = fleet;
        this.trace = trace;
        this.scaler = scaler;
        this.engines = engines;
        tickSeconds = fleet.tick().toNanos() / 1e9;
        random = new SplittableRandom(seed);
        for (var group : fleet.nodes()) {
            for (int i = 1; i <= group.count(); i++) {
                nodes.add(new SimNode(new NodeId(group.name() + "-" + i), group));
            }
        }
        timeline = new Timeline(Math.max(1, Math.ceil(trace.seconds())));
        outcomes = new Outcomes(fleet.slo(), timeline.bins(), timeline.binSeconds());
        disturbances = new Disturbances(fleet.incidents(timeline.endSeconds(), seed), ledger);
        gateway = new Gateway(fleet, trace, outcomes);
        usableKvTokens = Capacity.usableKvTokens(fleet, trace);
    }

    /**
     * Plays the whole trace.
     *
     * @param initial replicas that are READY at the start, unless the policy chooses its own
     */
    RunResult run(String policy, int initial) {
        int first = Math.min(fleet.maxReplicas(), scaler.initial().orElse(initial));
        disturbances.apply(this);
        for (int i = 0; i < first; i++) {
            // The nodes in turn; one that is away from the start is passed over.
            for (int k = 0; k < nodes.size(); k++) {
                var node = nodes.get((i + k) % nodes.size());
                if (node.takesReplicas() && node.gpusFree() >= fleet.gpusPerReplica()) {
                    start(new ReplicaId("initial-" + (i + 1)), node, 0);
                    break;
                }
            }
        }
        replicas.forEach(r -> r.enter(ReplicaState.READY, 0));
        double nextTick = 0;
        double end = timeline.endSeconds() + AFTERMATH_SECONDS;
        while (now < end && !isOver()) {
            double next = Math.min(nextTick, Math.min(gateway.nextArrival(), nextReplicaEvent()));
            now = next;
            advanceReplicas();
            gateway.arrive(replicas, now);
            if (next == nextTick) {
                tick();
                nextTick += tickSeconds;
            }
            gateway.dispatch(replicas, now);
        }
        gateway.abandon(replicas);
        return result(policy);
    }

    private boolean isOver() {
        return now > timeline.endSeconds()
                && gateway.isIdle()
                && replicas.stream().allMatch(r -> r.inFlight == 0);
    }

    private double nextReplicaEvent() {
        double next = Double.POSITIVE_INFINITY;
        for (SimReplica r : replicas) {
            next = Math.min(next, r.nextEventSeconds());
        }
        return Math.max(now, next);
    }

    private void advanceReplicas() {
        for (SimReplica r : replicas) {
            if (r.nextEventSeconds() > now) {
                continue;
            }
            if (r.state == ReplicaState.STARTING && r.doomed) {
                fail(r, "its engine ended while it started");
            } else if (r.state == ReplicaState.STARTING) {
                r.enter(ReplicaState.READY, r.readySeconds);
            } else {
                r.engine.advanceTo(now, (s, at) -> gateway.finished(r, s, at));
                if (r.state == ReplicaState.DRAINING && r.inFlight == 0) {
                    stop(r);
                }
            }
        }
    }

    /** Tells each finished request's replica and its time per token after the first, seconds. */
    void onFinished(BiConsumer<SimReplica, Double> listener) {
        gateway.onFinished(listener);
    }

    private void tick() {
        for (SimNode n : nodes) {
            if (n.up) {
                n.lastHeardSeconds = now;
            }
        }
        disturbances.apply(this);
        gateway.tick(replicas, now);
        for (SimReplica r : List.copyOf(replicas)) {
            if (r.state == ReplicaState.DRAINING && now >= r.drainBySeconds) {
                stop(r);
            }
        }
        scaler.tick(this);
        if (now < timeline.endSeconds()) {
            ledger.pass(replicas, tickSeconds);
        }
        replicas.removeIf(r -> !r.isLive() && now - r.changedSeconds > 30);
        account();
    }

    /** What the fleet costs in this tick. */
    private void account() {
        double gpus = 0;
        double spotGpus = 0;
        double price = 0;
        int ready = 0;
        int live = 0;
        for (SimReplica r : replicas) {
            if (r.isLive() && !r.lost) {
                gpus += fleet.gpusPerReplica();
                spotGpus +=
                        r.node.group.capacity() == CapacityType.SPOT ? fleet.gpusPerReplica() : 0;
                price += fleet.gpusPerReplica() * r.node.group.pricePerGpuHour();
                ready += r.takesRequests() ? 1 : 0;
                live++;
            }
        }
        timeline.second(now, tickSeconds, gpus, spotGpus, price, ready, live);
    }

    // What a scaler does.

    double now() {
        return now;
    }

    Fleet fleet() {
        return fleet;
    }

    List<SimNode> nodes() {
        return nodes;
    }

    List<SimReplica> replicas() {
        return replicas;
    }

    SimNode node(String name) {
        for (SimNode n : nodes) {
            if (n.id.value().equals(name)) {
                return n;
            }
        }
        throw new IllegalStateException("There is no node " + name + ".");
    }

    FaultLedger ledger() {
        return ledger;
    }

    /** What the machines' kernels logged of their GPUs. */
    List<Disturbances.LoggedXid> loggedXids() {
        return disturbances.logged();
    }

    int queued() {
        return gateway.queued();
    }

    int inFlight() {
        int sum = 0;
        for (SimReplica r : replicas) {
            sum += r.inFlight;
        }
        return sum;
    }

    double usableKvTokens() {
        return usableKvTokens;
    }

    Gateway.Counters counters() {
        return gateway.counters();
    }

    SimReplica start(ReplicaId id, SimNode node) {
        return start(id, node, coldStartSeconds(node));
    }

    private double coldStartSeconds(SimNode node) {
        var cold = fleet.coldStart();
        return (node.warm ? cold.again() : cold.first()).seconds(random, cold.jitter());
    }

    private SimReplica start(ReplicaId id, SimNode node, double seconds) {
        return start(id, node, node.take(fleet.gpusPerReplica()), seconds);
    }

    /** Starts it on these GPUs, which are free. */
    SimReplica start(ReplicaId id, SimNode node, BitSet gpus) {
        node.take(gpus);
        return start(id, node, gpus, coldStartSeconds(node));
    }

    private SimReplica start(ReplicaId id, SimNode node, BitSet gpus, double seconds) {
        boolean doomed = node.isBroken(gpus);
        double begins = Math.max(now, node.stuckUntilSeconds);
        double ends = doomed ? now + DOOMED_START_SECONDS : begins + seconds;
        node.warm = true;
        var replica = new SimReplica(id, node, gpus, engines.apply(node.group), now, ends);
        replica.doomed = doomed;
        replica.pace(now);
        replicas.add(replica);
        return replica;
    }

    /** No new requests; ended once idle, or at the latest after {@code within} seconds. */
    void drain(SimReplica r, double within) {
        if (!r.isLive() || r.state == ReplicaState.DRAINING) {
            return;
        }
        if (r.state == ReplicaState.STARTING || r.inFlight == 0) {
            stop(r);
            return;
        }
        r.enter(ReplicaState.DRAINING, now);
        r.drainBySeconds = now + within;
    }

    /** Ends it now: what it had begun to answer has failed, the rest waits again. */
    void stop(SimReplica r) {
        if (!r.isLive()) {
            return;
        }
        r.enter(ReplicaState.STOPPED, now);
        r.node.free(r.gpus);
        gateway.strand(r, now);
    }

    /** Its engine is gone, or never came to be. */
    void fail(SimReplica r, String why) {
        if (!r.isLive()) {
            return;
        }
        r.failure = why;
        r.enter(ReplicaState.FAILED, now);
        r.node.free(r.gpus);
        gateway.strand(r, now);
    }

    /** Its node is gone. The replica still stands in what is known until somebody stops it. */
    void lose(SimReplica r) {
        r.lost = true;
        replicasLost++;
        gateway.strand(r, now);
    }

    /** Counts a change of the wanted replicas. */
    void scaled(int from, int to) {
        scaleLog.add(now, from, to);
    }

    /** Every change of the wanted replicas so far, in order. */
    List<ScaleAction> scaleActions() {
        return scaleLog.actions();
    }

    private RunResult result(String policy) {
        return new RunResult(
                policy,
                scaler.parameters(),
                outcomes.arrived(),
                outcomes.met(),
                outcomes.refused(),
                outcomes.failed(),
                timeline.gpuHours(),
                timeline.spotGpuHours(),
                timeline.cost(),
                outcomes.ttftQuantile(0.5),
                outcomes.ttftQuantile(0.99),
                outcomes.tpotQuantile(0.5),
                outcomes.tpotQuantile(0.99),
                scaleLog.actions().size(),
                scaleLog.directionChanges(),
                replicasLost,
                timeline.points(outcomes),
                outcomes.tenants(),
                fleet.cachesPrefixesOf(trace) ? (Double) outcomes.prefixHitShare() : null,
                fleet.hasAdapters() && outcomes.sawAdapters()
                        ? (Double) outcomes.adapterHitShare()
                        : null);
    }
}
