package dev.keelson.simulator.baseline;

import java.util.ArrayDeque;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/** Ray Serve on ongoing requests, their mean over the look-back, decided every second. */
final class RayServeAutoscaler implements Autoscaler {
    private static final int LOOK_BACK_SECONDS = 30;

    private final RayServeRules.Config config;
    private final RayServeRules rules;
    private final ArrayDeque<Integer> seen = new ArrayDeque<>();

    RayServeAutoscaler(RayServeRules.Config config) {
        this.config = config;
        rules = new RayServeRules(config);
    }

    @Override
    public SortedMap<String, String> parameters() {
        var p = new TreeMap<String, String>();
        p.put("targetOngoingRequests", Parameters.number(config.targetOngoing()));
        p.put("lookBack", LOOK_BACK_SECONDS + "s");
        p.put("upscaleDelay", Parameters.number(config.upDelaySeconds()) + "s");
        p.put("downscaleDelay", Parameters.number(config.downDelaySeconds()) + "s");
        p.put("upscalingFactor", Parameters.number(config.upFactor()));
        p.put("downscalingFactor", Parameters.number(config.downFactor()));
        p.put("loop", "1s (its own: 0.1s; the delays are wall-clock)");
        return p;
    }

    @Override
    public OptionalInt step(FleetSample s) {
        seen.add(s.concurrency());
        if (seen.size() > LOOK_BACK_SECONDS) {
            seen.removeFirst();
        }
        double total = seen.stream().mapToInt(v -> v).average().orElse(0);
        return OptionalInt.of(rules.step(s.seconds(), total, s.ready(), s.target()));
    }
}
