package dev.keelson.simulator.baseline;

import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * AIBrix's pod autoscaler on KV cache use per pod, resynchronised every ten seconds. The intended
 * variant of KPA works on the total, holds panic for a stable window with the highest count
 * reached, and its cooldown delays shrinking.
 */
final class AibrixAutoscaler implements Autoscaler {
    private static final int RESYNC_SECONDS = 10;

    private final AibrixRules.Config config;
    private final Cadence resync = new Cadence(RESYNC_SECONDS);
    private final AibrixRules.Window stable;
    private final AibrixRules.Window panic;
    private final AibrixRules.Cooldown cooldown;
    private double panicSince = Double.NaN;
    private int panicMost;

    AibrixAutoscaler(AibrixRules.Config config) {
        this.config = config;
        stable = new AibrixRules.Window(config.stableSeconds());
        panic = new AibrixRules.Window(config.panicSeconds());
        cooldown = new AibrixRules.Cooldown(config);
    }

    @Override
    public SortedMap<String, String> parameters() {
        var p = new TreeMap<String, String>();
        p.put("strategy", config.strategy().name());
        p.put("variant", config.intended() ? "as intended" : "as shipped");
        p.put("metric", "KV cache use, mean over ready pods");
        p.put("target", Parameters.number(config.target()));
        p.put("tolerance", Parameters.number(config.upTolerance()));
        p.put("maxScaleUpRate", Parameters.number(config.maxUpRate()));
        p.put("maxScaleDownRate", Parameters.number(config.maxDownRate()));
        p.put("panicThreshold", Parameters.number(config.panicThreshold()));
        p.put("stableWindow", Parameters.number(config.stableSeconds()) + "s");
        p.put("panicWindow", Parameters.number(config.panicSeconds()) + "s");
        p.put("scaleUpCooldown", Parameters.number(config.upCooldownSeconds()) + "s");
        p.put("scaleDownCooldown", Parameters.number(config.downCooldownSeconds()) + "s");
        p.put("resync", RESYNC_SECONDS + "s");
        return p;
    }

    @Override
    public OptionalInt step(FleetSample s) {
        if (!resync.isDue(s.seconds())) {
            return OptionalInt.empty();
        }
        var ready = s.readyReplicas();
        int current = s.target();
        if (ready.isEmpty()) {
            return OptionalInt.empty();
        }
        double sum = ready.stream().mapToDouble(FleetSample.ReplicaSample::kvUse).sum();
        boolean total = config.intended() && config.strategy() == AibrixRules.Strategy.KPA;
        double value = total ? sum : sum / ready.size();
        stable.record(s.seconds(), value);
        panic.record(s.seconds(), value);
        int wanted =
                total
                        ? intendedKpa(s.seconds(), current)
                        : AibrixRules.recommend(config, current, stable.mean(), panic.mean());
        return OptionalInt.of(cooldown.apply(s.seconds(), current, wanted));
    }

    private int intendedKpa(double now, int current) {
        if (stable.mean() > 0 && panic.mean() / stable.mean() > config.panicThreshold()) {
            panicSince = now;
        } else if (panicSince + config.stableSeconds() < now) {
            panicSince = Double.NaN;
            panicMost = 0;
        }
        // A total within its band per replica keeps the count; the rule divides by the target.
        double perReplica = stable.mean() / Math.max(1, current);
        boolean within =
                perReplica <= config.target() * (1 + config.upTolerance())
                        && perReplica >= config.target() * (1 - config.downTolerance());
        int most = Math.max(1, (int) Math.ceil(config.maxUpRate() * current));
        int least = (int) Math.floor(current / config.maxDownRate());
        int wanted = within ? current : (int) Math.ceil(stable.mean() / config.target());
        if (!Double.isNaN(panicSince)) {
            wanted = Math.max(wanted, (int) Math.ceil(panic.mean() / config.target()));
            panicMost = Math.max(panicMost, Math.min(wanted, most));
            wanted = panicMost;
        }
        return AibrixRules.bounded(config, Math.min(Math.max(wanted, least), most));
    }
}
