package dev.keelson.core.route;

import java.util.List;

/**
 * A request that waits to be placed.
 *
 * @param waitedSeconds since it arrived
 * @param candidates the replicas that may take it; at least one
 */
public record WaitingRequest(double waitedSeconds, List<RouteCandidate> candidates) {
    public WaitingRequest {
        candidates = List.copyOf(candidates);
        if (candidates.isEmpty()) {
            throw new IllegalArgumentException(
                    "A waiting request must have at least one candidate.");
        }
    }
}
