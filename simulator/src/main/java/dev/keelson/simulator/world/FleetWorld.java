package dev.keelson.simulator.world;

import dev.keelson.core.fleet.CapacityType;
import dev.keelson.core.fleet.NodeId;
import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.core.fleet.ReplicaState;
import dev.keelson.core.route.ReplicaView;
import dev.keelson.core.route.RouteChoice;
import dev.keelson.simulator.trace.Fleet;
import dev.keelson.simulator.trace.Trace;
import dev.keelson.simulator.trace.TraceRequest;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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
    private final Scaler scaler;
    private final Supplier<ReplicaModel> engines;
    private final SplittableRandom random;
    private final List<SimNode> nodes = new ArrayList<>();
    private final List<SimReplica> replicas = new ArrayList<>();
    private final WaitingRoom queue = new WaitingRoom();
    private final Iterator<TraceRequest> requests;
    private final Outcomes outcomes;
    private final Timeline timeline;
    private final Disturbances disturbances;
    private final FaultLedger ledger = new FaultLedger();
    private final GatewayWatch gateway;
    private final double usableKvTokens;
    private final double tickSeconds;
    private final List<ScaleAction> scaleActions = new ArrayList<>();

    private @Nullable BiConsumer<SimReplica, Double> finishedListener;

    private double now;
    private @Nullable TraceRequest coming;
    private int arrived;
    private long arrivedPromptTokens;
    private long completions;
    private long completedPromptTokens;
    private long completedOutputTokens;
    private int replicasLost;
    private int actions;
    private int directionChanges;
    private int lastDirection;

    FleetWorld(Fleet fleet, Trace trace, Scaler scaler, Supplier<ReplicaModel> engines, long seed) {
        this.fleet = fleet;
        this.scaler = scaler;
        this.engines = engines;
        tickSeconds = fleet.tick().toNanos() / 1e9;
        requests = trace.iterator();
        coming = requests.next();
        random = new SplittableRandom(seed);
        for (var group : fleet.nodes()) {
            for (int i = 1; i <= group.count(); i++) {
                nodes.add(new SimNode(new NodeId(group.name() + "-" + i), group));
            }
        }
        timeline = new Timeline(Math.max(1, Math.ceil(trace.seconds())));
        outcomes = new Outcomes(fleet.slo(), timeline.bins(), timeline.binSeconds());
        disturbances = new Disturbances(fleet.incidents(timeline.endSeconds(), seed), ledger);
        gateway = new GatewayWatch(Disturbances.seconds(fleet.gateway().deadline()));
        usableKvTokens = usableKvTokens(fleet, trace);
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
                && coming == null
                && queue.isEmpty()
                && replicas.stream().allMatch(r -> r.inFlight == 0);
    }

    private double nextArrival() {
        return coming == null ? Double.POSITIVE_INFINITY : coming.seconds();
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
                r.engine.advanceTo(now, (s, at) -> finished(r, s, at));
                if (r.state == ReplicaState.DRAINING && r.inFlight == 0) {
                    stop(r);
                }
            }
        }
    }

    private void finished(SimReplica r, Sequence s, double at) {
        r.finished(s, at);
        gateway.finished(s);
        completions++;
        completedPromptTokens += s.promptTokens;
        completedOutputTokens += s.outputTokens;
        outcomes.finish(s, at);
        if (finishedListener != null && s.outputTokens > 1) {
            finishedListener.accept(r, (at - s.firstTokenSeconds) / (s.outputTokens - 1));
        }
    }

    /** Tells each finished request's replica and its time per token after the first, seconds. */
    void onFinished(BiConsumer<SimReplica, Double> listener) {
        finishedListener = listener;
    }

    private void arrive() {
        while (coming != null && coming.seconds() <= now) {
            var r = coming;
            coming = requests.hasNext() ? requests.next() : null;
            outcomes.arrive(r.seconds(), r.label());
            gateway.arrived(now);
            arrivedPromptTokens += r.promptTokens();
            queue.add(new Sequence(arrived++, r));
            dispatch();
            if (queue.size() > fleet.gateway().queue()) {
                outcomes.refuse(queue.removeLast().label);
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
        boolean someMove = replicas.stream().anyMatch(r -> r.isUsable(now) && !r.avoided);
        for (SimReplica r : replicas) {
            if (r.takesOne(now) && !(r.avoided && someMove)) {
                views.add(r.view(places));
            }
        }
        while (!queue.isEmpty()) {
            var open = untried(views, queue.getFirst());
            var chosen = RouteChoice.choose(open, Math.max(1, places / 4));
            if (chosen.isEmpty()) {
                return;
            }
            var r = find(chosen.get());
            var s = queue.removeFirst();
            if (!r.engine.admits(s)) {
                outcomes.fail(s.label);
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
            if (!r.takesOne(now)) {
                views.removeIf(view -> view.id().equals(r.id));
            }
        }
    }

    /** Where the request was without success only if there is nothing else. */
    private static List<ReplicaView> untried(List<ReplicaView> views, Sequence s) {
        if (s.tried.isEmpty()) {
            return views;
        }
        var others = views.stream().filter(view -> !s.tried.contains(view.id())).toList();
        return others.isEmpty() ? views : others;
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
        gateway.tick(this);
        queue.expire(now - Disturbances.seconds(fleet.gateway().deadline()), outcomes);
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

    private void abandonRest() {
        queue.abandon(outcomes);
        for (SimReplica r : replicas) {
            r.engine.abandon().forEach(s -> outcomes.fail(s.label));
        }
        for (; coming != null; coming = requests.hasNext() ? requests.next() : null) {
            outcomes.arrive(coming.seconds(), coming.label());
            outcomes.fail(coming.label());
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
                arrived,
                arrivedPromptTokens,
                completions,
                completedPromptTokens,
                completedOutputTokens,
                completions + outcomes.refused() + outcomes.failed() - outcomes.met());
    }

    /**
     * Sums since the start.
     *
     * @param misses requests that ended outside the SLO, refused and failed ones among them
     */
    record Counters(
            long arrivals,
            long arrivedPromptTokens,
            long completions,
            long completedPromptTokens,
            long completedOutputTokens,
            long misses) {}

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
        var replica = new SimReplica(id, node, gpus, engines.get(), now, ends);
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
        strand(r);
    }

    /** Its engine is gone, or never came to be. */
    void fail(SimReplica r, String why) {
        if (!r.isLive()) {
            return;
        }
        r.failure = why;
        r.enter(ReplicaState.FAILED, now);
        r.node.free(r.gpus);
        strand(r);
    }

    /** Its node is gone. The replica still stands in what is known until somebody stops it. */
    void lose(SimReplica r) {
        r.lost = true;
        replicasLost++;
        strand(r);
    }

    private void strand(SimReplica r) {
        var left = r.engine.abandon();
        for (int i = left.size() - 1; i >= 0; i--) {
            var s = left.get(i);
            s.tried.add(r.id);
            if (Double.isNaN(s.firstTokenSeconds) && gateway.triesAgain(s, true, now)) {
                s.evict();
                queue.addFirst(s);
            } else {
                outcomes.fail(s.label);
            }
        }
        r.inFlight = 0;
    }

    /** The gateway takes a request without token from a replica that stands still. */
    void move(SimReplica from, Sequence s) {
        from.inFlight--;
        from.failedAtGateway(now);
        s.tried.add(from.id);
        if (gateway.triesAgain(s, false, now)) {
            s.evict();
            queue.addFirst(s);
        } else {
            outcomes.fail(s.label);
        }
    }

    /** A request there has failed for its client: its stream stands still, or it is too late. */
    void giveUp(SimReplica r, Sequence s) {
        r.inFlight--;
        if (!Double.isNaN(s.firstTokenSeconds)) {
            r.failedAtGateway(now);
        }
        outcomes.fail(s.label);
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
                timeline.spotGpuHours(),
                timeline.cost(),
                outcomes.ttftQuantile(0.5),
                outcomes.ttftQuantile(0.99),
                outcomes.tpotQuantile(0.5),
                outcomes.tpotQuantile(0.99),
                actions,
                directionChanges,
                replicasLost,
                timeline.points(outcomes),
                outcomes.tenants());
    }
}
