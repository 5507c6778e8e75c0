package dev.keelson.core.route;

import dev.keelson.core.fleet.ReplicaId;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * Join the shortest queue, measured in seconds of work. Ties go to the least wear, then the name.
 */
public record ShortestQueue() implements RoutePolicy {
    static final Comparator<RouteCandidate> ORDER =
            Comparator.comparingDouble(RouteCandidate::queueSeconds)
                    .thenComparingLong(RouteCandidate::wear)
                    .thenComparing(candidate -> candidate.id().value());

    @Override
    public ReplicaId choose(List<RouteCandidate> candidates) {
        return Collections.min(candidates, ORDER).id();
    }
}
