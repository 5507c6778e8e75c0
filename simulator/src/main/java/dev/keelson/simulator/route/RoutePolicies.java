package dev.keelson.simulator.route;

import dev.keelson.core.route.LeastCost;
import dev.keelson.core.route.PrefixThreshold;
import dev.keelson.core.route.RandomChoice;
import dev.keelson.core.route.RoundRobin;
import dev.keelson.core.route.RoutePolicy;
import dev.keelson.core.route.ShortestQueue;
import dev.keelson.simulator.trace.PrefixRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;

/**
 * The policies of the study, by name. The threshold policy stands for the best of its settings by
 * mean time to the first token, chosen on the trace itself: the strongest form of that rival.
 */
public final class RoutePolicies {
    public static final List<String> NAMES =
            List.of("round-robin", "random", "jsq", "threshold", "keelson");

    static final List<Double> MATCH_SHARES = List.of(0.1, 0.3, 0.5);
    static final List<Double> IMBALANCE_SECONDS = List.of(1.0, 3.0, 5.0, 8.0);
    static final List<Double> IMBALANCE_RATIOS = List.of(1.1, 2.0);

    private final RouteSetup setup;
    private final List<PrefixRequest> trace;
    private final ArrivalOrder order;
    private final long seed;

    public RoutePolicies(
            RouteSetup setup, List<PrefixRequest> trace, ArrivalOrder order, long seed) {
        this.setup = setup;
        this.trace = List.copyOf(trace);
        this.order = order;
        this.seed = seed;
    }

    /**
     * @param name one of {@link #NAMES}
     */
    public RouteRow row(String name) {
        return switch (name) {
            case "round-robin" -> row(name, new RoundRobin());
            case "random" -> row(name, new RandomChoice(new SplittableRandom(seed)));
            case "jsq" -> row(name, new ShortestQueue());
            case "threshold" -> swept(name);
            case "keelson" -> row(name, new LeastCost());
            default ->
                    throw new IllegalArgumentException(
                            "There is no routing policy '%s'; there are %s."
                                    .formatted(name, String.join(", ", NAMES)));
        };
    }

    private RouteRow row(String name, RoutePolicy policy) {
        return new RouteRow(name, Map.of(), run(policy), List.of());
    }

    private RouteResult run(RoutePolicy policy) {
        return RouteStudy.run(setup, trace, policy, order);
    }

    private RouteRow swept(String name) {
        List<RouteRow> sweep = new ArrayList<>();
        for (double share : MATCH_SHARES) {
            for (double seconds : IMBALANCE_SECONDS) {
                for (double ratio : IMBALANCE_RATIOS) {
                    PrefixThreshold policy = new PrefixThreshold(share, seconds, ratio);
                    sweep.add(new RouteRow(name, parameters(policy), run(policy), List.of()));
                }
            }
        }
        RouteRow best =
                sweep.stream()
                        .min(Comparator.comparingDouble(row -> row.result().ttftSecondsMean()))
                        .orElseThrow();
        return new RouteRow(name, best.parameters(), best.result(), sweep);
    }

    private static SequencedMap<String, Double> parameters(PrefixThreshold policy) {
        SequencedMap<String, Double> parameters = new LinkedHashMap<>();
        parameters.put("matchShare", policy.matchShare());
        parameters.put("imbalanceSeconds", policy.imbalanceSeconds());
        parameters.put("imbalanceRatio", policy.imbalanceRatio());
        return parameters;
    }
}
