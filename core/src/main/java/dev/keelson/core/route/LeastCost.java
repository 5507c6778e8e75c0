package dev.keelson.core.route;

import dev.keelson.core.fleet.ReplicaId;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * The shortest expected time to the first token: queue wait + missing prefill + adapter switch.
 * Ties go to the least wear, then to the name.
 *
 * <p>Of requests that wait together the one goes next whose cost, less the time it has waited, is
 * lowest (Min-Min list scheduling, Ibarra and Kim 1977, with ageing): what holds a replica longest
 * delays all behind it. A request can so be overtaken only by one that arrived later by less than
 * their costs differ, hence none starves.
 */
public record LeastCost() implements RoutePolicy {
    private static final Comparator<RouteCandidate> ORDER =
            Comparator.comparingDouble(RouteCandidate::costSeconds)
                    .thenComparingLong(RouteCandidate::wear)
                    .thenComparing(candidate -> candidate.id().value());

    @Override
    public ReplicaId choose(List<RouteCandidate> candidates) {
        return Collections.min(candidates, ORDER).id();
    }

    @Override
    public Placement next(List<WaitingRequest> waiting) {
        int next = 0;
        RouteCandidate best = null;
        double lowest = Double.POSITIVE_INFINITY;
        for (int i = 0; i < waiting.size(); i++) {
            RouteCandidate candidate = Collections.min(waiting.get(i).candidates(), ORDER);
            double aged = candidate.costSeconds() - waiting.get(i).waitedSeconds();
            if (best == null || aged < lowest) {
                next = i;
                best = candidate;
                lowest = aged;
            }
        }
        if (best == null) {
            throw new IllegalArgumentException("At least one request must be waiting.");
        }
        return new Placement(next, best.id());
    }
}
