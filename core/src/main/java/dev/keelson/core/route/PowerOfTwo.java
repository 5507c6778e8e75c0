package dev.keelson.core.route;

import dev.keelson.core.fleet.ReplicaId;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Two different replicas at random, of them the one with fewer requests in flight (Mitzenmacher,
 * The Power of Two Choices in Randomized Load Balancing, 2001): several gateways that know nothing
 * of each other do not all run to the same replica.
 */
public record PowerOfTwo(RandomGenerator random) implements RoutePolicy {
    @Override
    public ReplicaId choose(List<RouteCandidate> candidates) {
        int count = candidates.size();
        int first = random.nextInt(count);
        if (count == 1) {
            return candidates.getFirst().id();
        }
        int other = random.nextInt(count - 1);
        int second = other < first ? other : other + 1;
        RouteCandidate one = candidates.get(first);
        RouteCandidate two = candidates.get(second);
        return (LeastRequest.ORDER.compare(one, two) <= 0 ? one : two).id();
    }
}
