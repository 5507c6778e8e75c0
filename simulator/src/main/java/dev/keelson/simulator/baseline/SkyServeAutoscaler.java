package dev.keelson.simulator.baseline;

import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** SkyServe by request rate, every 20 seconds, on the fleet's nodes as they come. */
final class SkyServeAutoscaler implements Autoscaler {
    private final SkyServeRules.Config config;
    private final Cadence decision = new Cadence(20);
    private @Nullable SkyServeRules rules;
    private long seen;

    SkyServeAutoscaler(SkyServeRules.Config config) {
        this.config = config;
    }

    @Override
    public SortedMap<String, String> parameters() {
        var p = new TreeMap<String, String>();
        p.put("targetQpsPerReplica", Parameters.number(config.targetQueriesPerSecond()));
        p.put("window", Parameters.number(config.windowSeconds()) + "s");
        p.put("decision", "20s");
        p.put("upscaleDelay", config.upDecisions() * 20 + "s");
        p.put("downscaleDelay", config.downDecisions() * 20 + "s");
        return p;
    }

    @Override
    public OptionalInt step(FleetSample s) {
        if (rules == null) {
            rules = new SkyServeRules(config, s.target());
        }
        for (; seen < s.arrivals(); seen++) {
            rules.request(s.seconds());
        }
        return decision.isDue(s.seconds())
                ? OptionalInt.of(rules.decide(s.seconds()))
                : OptionalInt.empty();
    }
}
