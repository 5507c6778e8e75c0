package dev.keelson.core.route;

import dev.keelson.core.fleet.ReplicaId;
import java.util.List;

/** How requests find replicas. A policy may remember its own choices: NOT thread-safe. */
public interface RoutePolicy {
    /**
     * @param candidates at least one, in a stable order
     * @return the id of one of them
     */
    ReplicaId choose(List<RouteCandidate> candidates);

    /**
     * The next of the requests that wait together. Unless a policy says otherwise they go in the
     * order of their arrival.
     *
     * @param waiting at least one, in the order of arrival
     */
    default Placement next(List<WaitingRequest> waiting) {
        return new Placement(0, choose(waiting.getFirst().candidates()));
    }
}
