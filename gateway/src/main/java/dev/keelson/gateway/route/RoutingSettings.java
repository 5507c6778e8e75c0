package dev.keelson.gateway.route;

import dev.keelson.core.route.LeastCost;
import dev.keelson.core.route.LeastRequest;
import dev.keelson.core.route.PowerOfTwo;
import dev.keelson.core.route.RoutePolicy;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * How requests find replicas.
 *
 * @param policy which of the replicas that have room
 * @param slowStart so long after it became READY a replica's share of its places grows to all of
 *     them; 0: at once
 * @param ejection how long a replica that fails too much gets no requests the first time; 0: never
 *     ejected
 */
public record RoutingSettings(RoutePolicy policy, Duration slowStart, Duration ejection) {
    /** Names of the policies in the configuration. */
    public static final List<String> POLICIES = List.of("keelson", "least-request", "power-of-two");

    public static final Duration SLOW_START = Duration.ofSeconds(10);
    public static final Duration EJECTION = Duration.ofSeconds(10);

    /** What holds where the configuration says nothing. */
    public static RoutingSettings usual() {
        return new RoutingSettings(new LeastCost(), SLOW_START, EJECTION);
    }

    /**
     * @param name one of {@link #POLICIES}
     */
    public static RoutePolicy policy(String name) {
        return switch (name) {
            case "keelson" -> new LeastCost();
            case "least-request" -> new LeastRequest();
            case "power-of-two" -> new PowerOfTwo(RandomGenerator.getDefault());
            default ->
                    throw new IllegalArgumentException(
                            "No routing policy (%s); there are %s.".formatted(name, POLICIES));
        };
    }
}
