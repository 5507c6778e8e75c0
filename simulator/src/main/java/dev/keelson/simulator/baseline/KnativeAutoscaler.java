package dev.keelson.simulator.baseline;

import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Knative's KPA on concurrency, every two seconds; its bounds are those of the fleet file. */
final class KnativeAutoscaler implements Autoscaler {
    private final KnativeRules.Config config;
    private final KnativeRules.Window window = new KnativeRules.Window();
    private final Cadence tick = new Cadence(2);
    private @Nullable KnativeRules rules;

    KnativeAutoscaler(KnativeRules.Config config) {
        this.config = config;
    }

    @Override
    public SortedMap<String, String> parameters() {
        var p = new TreeMap<String, String>();
        p.put("metric", "concurrency");
        p.put("target", Parameters.number(config.target()));
        p.put("stableWindow", config.stableSeconds() + "s");
        p.put("panicWindow", config.panicSeconds() + "s");
        p.put("panicThreshold", Parameters.number(config.panicThreshold()));
        p.put("maxScaleUpRate", Parameters.number(config.maxUpRate()));
        p.put("maxScaleDownRate", Parameters.number(config.maxDownRate()));
        p.put("scaleDownDelay", config.downDelaySeconds() + "s");
        p.put("tick", "2s");
        return p;
    }

    @Override
    public OptionalInt step(FleetSample s) {
        window.record(s.seconds(), s.concurrency());
        window.forgetBefore(s.seconds() - 2.0 * config.stableSeconds());
        if (rules == null) {
            rules = new KnativeRules(config, s.ready(), s.seconds());
        }
        if (!tick.isDue(s.seconds()) || !window.hasData(s.seconds(), config.stableSeconds())) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(
                rules.decide(
                                s.seconds(),
                                s.ready(),
                                window.mean(s.seconds(), config.stableSeconds()),
                                window.mean(s.seconds(), config.panicSeconds()))
                        .replicas());
    }
}
