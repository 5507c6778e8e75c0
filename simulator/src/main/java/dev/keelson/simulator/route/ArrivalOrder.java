package dev.keelson.simulator.route;

import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.core.route.Placement;
import dev.keelson.core.route.RouteCandidate;
import dev.keelson.core.route.RoutePolicy;
import dev.keelson.core.route.WaitingRequest;
import java.util.List;

/** Who decides which of the requests that arrive at the same moment is placed first. */
public enum ArrivalOrder {
    /** The policy itself, as in production. */
    POLICY {
        @Override
        RoutePolicy apply(RoutePolicy policy) {
            return policy;
        }
    },
    /** The trace's order for every policy: shows what a policy's choice of place alone is worth. */
    ARRIVAL {
        @Override
        RoutePolicy apply(RoutePolicy policy) {
            return new FirstComeFirst(policy);
        }
    },
    /** The least missing prefill first, for every policy: lends the order to its rivals. */
    SHORTEST {
        @Override
        RoutePolicy apply(RoutePolicy policy) {
            return new ShortestFirst(policy);
        }
    };

    abstract RoutePolicy apply(RoutePolicy policy);

    /** Leaves out a policy's own order. */
    private record FirstComeFirst(RoutePolicy policy) implements RoutePolicy {
        @Override
        public ReplicaId choose(List<RouteCandidate> candidates) {
            return policy.choose(candidates);
        }
    }

    private record ShortestFirst(RoutePolicy policy) implements RoutePolicy {
        @Override
        public ReplicaId choose(List<RouteCandidate> candidates) {
            return policy.choose(candidates);
        }

        @Override
        public Placement next(List<WaitingRequest> waiting) {
            int shortest = 0;
            double lowest = Double.POSITIVE_INFINITY;
            for (int i = 0; i < waiting.size(); i++) {
                for (RouteCandidate candidate : waiting.get(i).candidates()) {
                    if (candidate.missingPrefillSeconds() < lowest) {
                        lowest = candidate.missingPrefillSeconds();
                        shortest = i;
                    }
                }
            }
            return new Placement(shortest, policy.choose(waiting.get(shortest).candidates()));
        }
    }
}
