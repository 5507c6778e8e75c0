package dev.keelson.simulator.world;

import dev.keelson.core.fleet.NodeId;
import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.core.fleet.ReplicaState;
import dev.keelson.core.route.ReplicaView;
import dev.keelson.core.route.RouteChoice;
import dev.keelson.simulator.trace.Fleet;
import dev.keelson.simulator.trace.Trace;
import dev.keelson.simulator.trace.TraceRequest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * A fleet on virtual time under one policy: open-loop arrivals, the gateway's queue and the
 * production route choice, replicas with cold starts, nodes that may go away. Single-threaded, and
 * a function of its inputs alone.
 */
final class FleetWorld {
    /** After the trace's end requests in flight may finish for so long. */
    private static final double AFTERMATH_SECONDS = 900;

    private final Fleet fleet;
    private final Trace trace;
    private final Scaler scaler;
    private final Supplier<ReplicaModel> engines;
    private final SplittableRandom random;
    private final List<SimNode> nodes = new ArrayList<>();
    private final List<SimReplica> replicas = new ArrayList<>();
    private final ArrayDeque<Sequence> queue = new ArrayDeque<>();
    private final Outcomes outcomes;
    private final Timeline timeline;
    private final Disturbances disturbances;
    private final double usableKvTokens;
    private final double tickSeconds;
    private final List<ScaleAction> scaleActions = new ArrayList<>();

    private double now;
    private int nextRequest;
    private long arrivedPromptTokens;
    private long completions;
    private long completedPromptTokens;
    private long completedOutputTokens;
    private int actions;
    private int directionChanges;
    private int lastDirection;

    FleetWorld(Fleet fleet, Trace trace, Scaler scaler, Supplier<ReplicaModel> engines, long seed) {
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
        disturbances = new Disturbances(fleet.incidents());
        usableKvTokens = usableKvTokens(fleet, trace);
    }

    /**
     * Plays the whole trace.
     *
     * @param initial replicas that are READY at the start, unless the policy chooses its own
     */
    RunResult run(String policy, int initial) {
        int first = Math.min(fleet.maxReplicas(), scaler.initial().orElse(initial));
        for (int i = 0; i < first; i++) {
            var node = nodes.get(i % nodes.size());
            if (node.gpusFree() >= fleet.gpusPerReplica()) {
                start(new ReplicaId("initial-" + (i + 1)), node, 0);
            }
        }
        replicas.forEach(r -> r.enter(ReplicaState.READY, 0));
        double nextTick = 0;
        double end = timeline.endSeconds() + AFTERMATH_SECONDS;
        while (now < end && !isOver()) {
            double next = Math.min(nextTick, Math.min(nextArrival(), nextReplicaEvent()));
            now = next;
            advanceReplicas();
            arrive();
            if (next == nextTick) {
                tick();
                nextTick += tickSeconds;
            }
            dispatch();
        }
        abandonRest();
        return result(policy);
    }

    private boolean isOver() {
        return now > timeline.endSeconds()
                && nextRequest >= trace.requests().size()
                && queue.isEmpty()
                && replicas.stream().allMatch(r -> r.inFlight == 0);
    }

    private double nextArrival() {
        return nextRequest < trace.requests().size()
                ? trace.requests().get(nextRequest).seconds()
                : Double.POSITIVE_INFINITY;
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
            if (r.state == ReplicaState.STARTING) {
                r.enter(ReplicaState.READY, r.readySeconds);
            } else {
                r.engine.advanceTo(now, (s, at) -> finished(r, s, at));
                if (r.state == ReplicaState.DRAINING && r.inFlight == 0) {
                    stop(r);
                }
            }
        }
    }

    private void finished(SimReplica r, Sequence s, double at) {
        r.finished(s, at);
        completions++;
        completedPromptTokens += s.promptTokens;
        completedOutputTokens += s.outputTokens;
        outcomes.finish(s, at);
    }

    private void arrive() {
        while (nextRequest < trace.requests().size()) {
            TraceRequest r = trace.requests().get(nextRequest);
            if (r.seconds() > now) {
                return;
            }
            outcomes.arrive(r.seconds());
            arrivedPromptTokens += r.promptTokens();
            var s = new Sequence(nextRequest, r.seconds(), r.promptTokens(), r.outputTokens());
            nextRequest++;
            queue.add(s);
            dispatch();
            if (queue.size() > fleet.gateway().queue()) {
                queue.removeLast();
                outcomes.refuse();
            }
        }
    }

    /** Moves requests from the gateway to replicas, by the production route choice. */
    private void dispatch() {
        if (queue.isEmpty()) {
            return;
        }
        int places = fleet.maxSequences();
        var views = new ArrayList<ReplicaView>(replicas.size());
        for (SimReplica r : replicas) {
            if (r.takesRequests()) {
                views.add(r.view(places));
            }
        }
        while (!queue.isEmpty()) {
            var chosen = RouteChoice.choose(views, Math.max(1, places / 4));
            if (chosen.isEmpty()) {
                return;
            }
            var r = find(chosen.get());
            var s = queue.removeFirst();
            if (!r.engine.admits(s)) {
                outcomes.fail();
                continue;
            }
            s.dispatchedSeconds = now;
            r.inFlight++;
            r.engine.submit(s, now);
            for (int i = 0; i < views.size(); i++) {
                if (views.get(i).id().equals(r.id)) {
                    views.set(i, r.view(places));
                }
            }
        }
    }

    SimReplica find(ReplicaId id) {
        for (SimReplica r : replicas) {
            if (r.id.equals(id)) {
                return r;
            }
        }
        throw new IllegalStateException("There is no replica " + id + ".");
    }

    private void tick() {
        for (SimNode n : nodes) {
            if (n.up) {
                n.lastHeardSeconds = now;
            }
        }
        disturbances.apply(this);
        double deadline = fleet.gateway().deadline().toNanos() / 1e9;
        while (!queue.isEmpty() && now - queue.getFirst().arrivalSeconds > deadline) {
            queue.removeFirst();
            outcomes.fail();
        }
        for (SimReplica r : List.copyOf(replicas)) {
            if (r.state == ReplicaState.DRAINING && now >= r.drainBySeconds) {
                stop(r);
            }
        }
        scaler.tick(this);
        replicas.removeIf(r -> !r.isLive() && now - r.changedSeconds > 30);
        double gpus = 0;
        double price = 0;
        int ready = 0;
        int live = 0;
        for (SimReplica r : replicas) {
            if (r.isLive() && !r.lost) {
                gpus += fleet.gpusPerReplica();
                price += fleet.gpusPerReplica() * r.node.group.pricePerGpuHour();
                ready += r.takesRequests() ? 1 : 0;
                live++;
            }
        }
        timeline.second(now, tickSeconds, gpus, price, ready, live);
    }

    private void abandonRest() {
        int rest = queue.size() + trace.requests().size() - nextRequest;
        for (SimReplica r : replicas) {
            rest += r.inFlight;
        }
        for (int i = 0; i < rest; i++) {
            outcomes.fail();
        }
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

    int queued() {
        return queue.size();
    }

    int inFlight() {
        int sum = 0;
        for (SimReplica r : replicas) {
            sum += r.inFlight;
        }
        return sum;
    }

    /**
     * KV that a replica can come to hold: what fits, or what the requests that it runs at once
     * take. Policies that look at a share of the KV cache were made for engines that fill it.
     */
    static double usableKvTokens(Fleet fleet, Trace trace) {
        double context = trace.meanPromptTokens() + trace.meanOutputTokens() / 2;
        return Math.min(fleet.engine().kvTokens(), Math.ceil(fleet.maxSequences() * context));
    }

    double usableKvTokens() {
        return usableKvTokens;
    }

    Counters counters() {
        return new Counters(
                nextRequest,
                arrivedPromptTokens,
                completions,
                completedPromptTokens,
                completedOutputTokens);
    }

    record Counters(
            long arrivals,
            long arrivedPromptTokens,
            long completions,
            long completedPromptTokens,
            long completedOutputTokens) {}

    void start(ReplicaId id, SimNode node) {
        var cold = fleet.coldStart();
        start(id, node, (node.warm ? cold.again() : cold.first()).seconds(random, cold.jitter()));
    }

    private void start(ReplicaId id, SimNode node, double seconds) {
        node.gpusTaken += fleet.gpusPerReplica();
        node.warm = true;
        replicas.add(new SimReplica(id, node, engines.get(), now, now + seconds));
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
        r.node.gpusTaken -= fleet.gpusPerReplica();
        strand(r);
    }

    /** Its node is gone. The replica still stands in what is known until somebody stops it. */
    void lose(SimReplica r) {
        r.lost = true;
        strand(r);
    }

    private void strand(SimReplica r) {
        var left = r.engine.abandon();
        for (int i = left.size() - 1; i >= 0; i--) {
            var s = left.get(i);
            if (Double.isNaN(s.firstTokenSeconds)) {
                s.evict();
                queue.addFirst(s);
            } else {
                outcomes.fail();
            }
        }
        r.inFlight = 0;
    }

    /** Counts a change of the wanted replicas. */
    void scaled(int from, int to) {
        if (from == to) {
            return;
        }
        actions++;
        scaleActions.add(new ScaleAction(now, from, to));
        int direction = Integer.signum(to - from);
        if (lastDirection != 0 && direction != lastDirection) {
            directionChanges++;
        }
        lastDirection = direction;
    }

    /** Every change of the wanted replicas so far, in order. */
    List<ScaleAction> scaleActions() {
        return scaleActions;
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
                timeline.cost(),
                outcomes.ttftQuantile(0.5),
                outcomes.ttftQuantile(0.99),
                outcomes.tpotQuantile(0.5),
                outcomes.tpotQuantile(0.99),
                actions,
                directionChanges,
                timeline.points(outcomes));
    }
}
