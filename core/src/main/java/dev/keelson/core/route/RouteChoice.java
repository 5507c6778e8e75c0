package dev.keelson.core.route;

import dev.keelson.core.fleet.ReplicaId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A policy over views that say nothing of prefixes, of those replicas that have room; {@link
 * LeastCost}, which goes by the least expected wait, unless another is given. A request that finds
 * a free place does not wait; behind {@code k} others of which {@code m} run at once and hold their
 * place for {@code s} seconds each, one place comes free every {@code s / m} seconds, so that it
 * waits {@code (k - m + 1) * s / m}. Ties go to the fewest in flight, then to the name, so that the
 * same views give the same choice.
 */
public final class RouteChoice {
    private static final RoutePolicy LEAST_WAIT = new LeastCost();

    private RouteChoice() {}

    /** By the least expected wait. */
    public static Optional<ReplicaId> choose(Collection<ReplicaView> replicas, int headroom) {
        return choose(LEAST_WAIT, replicas, headroom);
    }

    /**
     * @param headroom requests that a replica may hold beyond those it runs at once: they hide the
     *     round trip when a place comes free, and too many would wait where no other replica can
     *     take them
     * @return empty when every replica is full
     */
    public static Optional<ReplicaId> choose(
            RoutePolicy policy, Collection<ReplicaView> replicas, int headroom) {
        List<RouteCandidate> candidates = new ArrayList<>(replicas.size());
        for (ReplicaView view : replicas) {
            if (view.inFlight() < view.maxSequences() + headroom) {
                candidates.add(candidate(view));
            }
        }
        return candidates.isEmpty() ? Optional.empty() : Optional.of(policy.choose(candidates));
    }

    private static RouteCandidate candidate(ReplicaView view) {
        return new RouteCandidate(
                view.id(),
                expectedWaitSeconds(view),
                0,
                view.adapterSwitchSeconds(),
                0,
                view.inFlight());
    }

    /** Seconds until a request placed there now would run. */
    public static double expectedWaitSeconds(ReplicaView view) {
        int ahead = view.inFlight() - view.maxSequences() + 1;
        return ahead <= 0 ? 0 : ahead * view.secondsPerRequest() / view.maxSequences();
    }
}
