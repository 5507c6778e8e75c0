package dev.keelson.core.route;

import dev.keelson.core.fleet.ReplicaId;
import java.util.List;

/** One replica after the other, whatever they do. NOT thread-safe. */
public final class RoundRobin implements RoutePolicy {
    private int turn;

    @Override
    public ReplicaId choose(List<RouteCandidate> candidates) {
        int index = StrictMath.floorMod(turn, candidates.size());
        turn++;
        return candidates.get(index).id();
    }
}
