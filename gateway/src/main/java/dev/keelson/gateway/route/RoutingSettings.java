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
 * @param adapterSwitch what a request waits for its adapter where it is not loaded, for the policy
 *     to weigh against queues; 0: adapters do not count
 */
public record RoutingSettings(
        RoutePolicy policy, Duration slowStart, Duration ejection, Duration adapterSwitch) {
    /** Names of the policies in the configuration. */
    public static final List<String> POLICIES = List.of("keelson", "least-request", "power-of-two");

    public static final Duration SLOW_START = Duration.ofSeconds(10);
    public static final Duration EJECTION = Duration.ofSeconds(10);

    /** 84 MB, a rank of 16 on a model of 7 billion weights, at 2 GB/s: as in the simulator. */
    public static final Duration ADAPTER_SWITCH = Duration.ofMillis(42);

    /** What holds where the configuration says nothing. */
    public static RoutingSettings usual() {
        return new RoutingSettings(new LeastCost(), SLOW_START, EJECTION, ADAPTER_SWITCH);
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
