package dev.keelson.simulator.world;

import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.core.route.LeastCost;
import dev.keelson.core.route.ReplicaView;
import dev.keelson.core.route.RouteCandidate;
import dev.keelson.core.route.RouteChoice;
import dev.keelson.simulator.trace.Fleet;
import dev.keelson.simulator.trace.Trace;
import dev.keelson.simulator.trace.TraceRequest;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The simulated gateway: takes the trace's requests as they arrive, lets them wait, places them on
 * replicas by the production route choice, and counts what becomes of them. Mutable: the world owns
 * it.
 */
final class Gateway {
    private static final LeastCost LEAST_COST = new LeastCost();

    private final Fleet fleet;
    private final Iterator<TraceRequest> requests;
    private final WaitingRoom queue = new WaitingRoom();
    private final GatewayWatch watch;
    private final Outcomes outcomes;
    private final double secondsPerPromptToken;

    private @Nullable BiConsumer<SimReplica, Double> finishedListener;

    private @Nullable TraceRequest coming;
    private int arrived;
    private long arrivedPromptTokens;
    private long completions;
    private long completedPromptTokens;
    private long completedOutputTokens;

    Gateway(Fleet fleet, Trace trace, Outcomes outcomes) {
        this.fleet = fleet;
        this.outcomes = outcomes;
        secondsPerPromptToken = fleet.speed().secondsPerPromptToken();
        requests = trace.iterator();
        coming = requests.next();
        watch = new GatewayWatch(deadlineSeconds());
    }

    private double deadlineSeconds() {
        return Disturbances.seconds(fleet.gateway().deadline());
    }

    /** When the next request arrives; infinite after the last. */
    double nextArrival() {
        return coming == null ? Double.POSITIVE_INFINITY : coming.seconds();
    }

    /** Every request has arrived, and none waits. */
    boolean isIdle() {
        return coming == null && queue.isEmpty();
    }

    /** Takes what arrives by now, places what it can and refuses what finds the queue full. */
    void arrive(List<SimReplica> replicas, double now) {
        while (coming != null && coming.seconds() <= now) {
            var r = coming;
            coming = requests.hasNext() ? requests.next() : null;
            outcomes.arrive(r.seconds(), r.label());
            watch.arrived(now);
            arrivedPromptTokens += r.promptTokens();
            queue.add(new Sequence(arrived++, r));
            dispatch(replicas, now);
            if (queue.size() > fleet.gateway().queue()) {
                outcomes.refuse(queue.removeLast().label);
            }
        }
    }

    /** Moves waiting requests to replicas, by the production route choice. */
    void dispatch(List<SimReplica> replicas, double now) {
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
            var chosen = choose(open, replicas, now);
            if (chosen.isEmpty()) {
                return;
            }
            var r = SimReplica.find(replicas, chosen.get());
            var s = queue.removeFirst();
            if (!r.engine.admits(s)) {
                outcomes.fail(s.label);
                continue;
            }
            s.dispatchedSeconds = now;
            r.computedTokens += s.promptTokens - r.engine.cachedTokens(s);
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

    private Optional<ReplicaId> choose(
            List<ReplicaView> open, List<SimReplica> replicas, double now) {
        int headroom = Math.max(1, fleet.maxSequences() / 4);
        return switch (fleet.gateway().route()) {
            case LOAD -> RouteChoice.choose(open, headroom);
            case COST -> {
                var s = queue.getFirst();
                var candidates =
                        open.stream()
                                .filter(view -> view.inFlight() < view.maxSequences() + headroom)
                                .map(view ->
                                        candidate(
                                                view, SimReplica.find(replicas, view.id()), s, now))
                                .toList();
                yield candidates.isEmpty()
                        ? Optional.empty()
                        : Optional.of(LEAST_COST.choose(candidates));
            }
        };
    }

    /** What the request would meet there, of an engine whose queue and caches are known exactly. */
    private RouteCandidate candidate(ReplicaView view, SimReplica r, Sequence s, double now) {
        int cached = r.engine.cachedTokens(s);
        double queued = r.engine.load(now).queuedPrefillTokens();
        return new RouteCandidate(
                view.id(),
                RouteChoice.expectedWaitSeconds(view) + queued * secondsPerPromptToken,
                (s.promptTokens - cached) * secondsPerPromptToken,
                r.engine.adapterSwitchSeconds(s),
                (double) cached / s.promptTokens,
                r.computedTokens);
    }

    /** Where the request was without success only if there is nothing else. */
    private static List<ReplicaView> untried(List<ReplicaView> views, Sequence s) {
        if (s.tried.isEmpty()) {
            return views;
        }
        var others = views.stream().filter(view -> !s.tried.contains(view.id())).toList();
        return others.isEmpty() ? views : others;
    }

    /** Looks after requests on replicas that stand still, and ends those that waited too long. */
    void tick(List<SimReplica> replicas, double now) {
        watch.tick(this, replicas, now);
        queue.expire(now - deadlineSeconds(), outcomes);
    }

    void finished(SimReplica r, Sequence s, double at) {
        r.finished(s, at);
        watch.finished(s);
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

    /** Its engine is gone: what it had begun to answer has failed, the rest waits again. */
    void strand(SimReplica r, double now) {
        var left = r.engine.abandon();
        for (int i = left.size() - 1; i >= 0; i--) {
            var s = left.get(i);
            s.tried.add(r.id);
            retry(s, Double.isNaN(s.firstTokenSeconds) && watch.triesAgain(s, true, now));
        }
        r.inFlight = 0;
    }

    /** Takes a request without token from a replica that stands still. */
    void move(SimReplica from, Sequence s, double now) {
        from.inFlight--;
        from.failedAtGateway(now);
        s.tried.add(from.id);
        retry(s, watch.triesAgain(s, false, now));
    }

    private void retry(Sequence s, boolean again) {
        if (again) {
            s.evict();
            queue.addFirst(s);
        } else {
            outcomes.fail(s.label);
        }
    }

    /** A request there has failed for its client: its stream stands still, or it is too late. */
    void giveUp(SimReplica r, Sequence s, double now) {
        r.inFlight--;
        if (!Double.isNaN(s.firstTokenSeconds)) {
            r.failedAtGateway(now);
        }
        outcomes.fail(s.label);
    }

    /** All that is not answered has failed. */
    void abandon(List<SimReplica> replicas) {
        queue.abandon(outcomes);
        for (SimReplica r : replicas) {
            r.engine.abandon().forEach(s -> outcomes.fail(s.label));
        }
        for (; coming != null; coming = requests.hasNext() ? requests.next() : null) {
            outcomes.arrive(coming.seconds(), coming.label());
            outcomes.fail(coming.label());
        }
    }

    /** Requests that wait here. */
    int queued() {
        return queue.size();
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
            long misses) {
        static final Counters NONE = new Counters(0, 0, 0, 0, 0, 0);
    }
}
