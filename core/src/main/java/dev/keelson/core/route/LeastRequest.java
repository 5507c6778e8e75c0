package dev.keelson.core.route;

import dev.keelson.core.fleet.ReplicaId;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * The fewest requests in flight, which a gateway gives as {@link RouteCandidate#wear}, whatever
 * they cost. Ties go to the name.
 */
public record LeastRequest() implements RoutePolicy {
    static final Comparator<RouteCandidate> ORDER =
            Comparator.comparingLong(RouteCandidate::wear)
                    .thenComparing(candidate -> candidate.id().value());

    @Override
    public ReplicaId choose(List<RouteCandidate> candidates) {
        return Collections.min(candidates, ORDER).id();
    }
}
