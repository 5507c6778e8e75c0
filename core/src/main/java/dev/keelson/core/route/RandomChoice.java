package dev.keelson.core.route;

import dev.keelson.core.fleet.ReplicaId;
import java.util.List;
import java.util.random.RandomGenerator;

/** Any replica, all alike. */
public record RandomChoice(RandomGenerator random) implements RoutePolicy {
    @Override
    public ReplicaId choose(List<RouteCandidate> candidates) {
        return candidates.get(random.nextInt(candidates.size())).id();
    }
}
