package dev.keelson.simulator.route;

import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.core.route.Placement;
import dev.keelson.core.route.RouteCandidate;
import dev.keelson.core.route.RoutePolicy;
import dev.keelson.core.route.WaitingRequest;
import dev.keelson.simulator.trace.PrefixRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Routes one trace over workers with prefix caches, on virtual time: prefill only, first come first
 * served at each worker, a router that sees queues and caches exactly. A harness to compare
 * policies, not to predict an engine. NOT thread-safe.
 */
public final class RouteStudy {
    /** Of more requests that arrive at once a policy sees the first so many. */
    private static final int LOOK_AHEAD = 256;

    private final List<PrefixRequest> trace;
    private final RoutePolicy policy;
    private final Map<ReplicaId, Integer> indexes = new LinkedHashMap<>();
    private final List<PrefillWorker> workers = new ArrayList<>();
    private final double[] ttftSeconds;
    private int placed;
    private long cachedTokens;

    private RouteStudy(RouteSetup setup, List<PrefixRequest> trace, RoutePolicy policy) {
        this.trace = trace;
        this.policy = policy;
        this.ttftSeconds = new double[trace.size()];
        for (int i = 0; i < setup.workers(); i++) {
            ReplicaId id = new ReplicaId("worker-%05d".formatted(i));
            indexes.put(id, i);
            workers.add(new PrefillWorker(id, setup));
        }
    }

    /**
     * @param trace in the order of arrival, at least one request
     */
    public static RouteResult run(
            RouteSetup setup, List<PrefixRequest> trace, RoutePolicy policy, ArrivalOrder order) {
        return new RouteStudy(setup, trace, order.apply(policy)).run();
    }

    private RouteResult run() {
        List<Offered> together = new ArrayList<>();
        for (int next = 0; next < trace.size() || !together.isEmpty(); ) {
            double now =
                    together.isEmpty()
                            ? trace.get(next).arrivalSeconds()
                            : together.getFirst().request().arrivalSeconds();
            while (next < trace.size()
                    && together.size() < LOOK_AHEAD
                    && trace.get(next).arrivalSeconds() == now) {
                together.add(offered(trace.get(next), now));
                next++;
            }
            place(together, now);
        }
        long tokens = trace.stream().mapToLong(PrefixRequest::inputTokens).sum();
        return RouteResult.of((double) cachedTokens / tokens, ttftSeconds);
    }

    private Offered offered(PrefixRequest request, double now) {
        List<RouteCandidate> candidates = new ArrayList<>(workers.size());
        for (PrefillWorker worker : workers) {
            candidates.add(worker.offer(request, now));
        }
        return new Offered(request, candidates);
    }

    private void place(List<Offered> together, double now) {
        List<WaitingRequest> waiting = new ArrayList<>(together.size());
        for (Offered offered : together) {
            waiting.add(new WaitingRequest(0, offered.candidates()));
        }
        Placement placement = policy.next(waiting);
        Integer index = indexes.get(placement.replica());
        if (index == null) {
            throw new IllegalStateException(
                    "The policy (%s) chose a worker (%s) that was not offered."
                            .formatted(policy, placement.replica()));
        }
        PrefillWorker worker = workers.get(index);
        PrefillWorker.Served served =
                worker.serve(together.remove(placement.index()).request(), now);
        ttftSeconds[placed++] = served.ttftSeconds();
        cachedTokens += served.cachedTokens();
        for (Offered other : together) {
            other.candidates().set(index, worker.offer(other.request(), now));
        }
    }

    /** A request that waits, and what each worker offers it, in the order of the workers. */
    private record Offered(PrefixRequest request, List<RouteCandidate> candidates) {}
}
