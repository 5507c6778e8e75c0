package dev.keelson.simulator.baseline;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * llm-d's saturation autoscaler with one variant: every 30 s, on the highest KV use and queue of
 * each replica in the last minute.
 */
final class WvaAutoscaler implements Autoscaler {
    private static final int INTERVAL_SECONDS = 30;
    private static final int WINDOW_SECONDS = 60;
    private static final String VARIANT = "v0";

    private final WvaSaturation.Config config;
    private final Cadence interval = new Cadence(INTERVAL_SECONDS);
    private final TreeMap<String, ArrayDeque<double[]>> seen = new TreeMap<>();

    WvaAutoscaler(WvaSaturation.Config config) {
        this.config = config;
    }

    @Override
    public SortedMap<String, String> parameters() {
        var p = new TreeMap<String, String>();
        p.put("analyzer", "saturation (V1)");
        p.put("interval", INTERVAL_SECONDS + "s");
        p.put("window", WINDOW_SECONDS + "s, maximum");
        p.put("kvCacheThreshold", Parameters.number(config.kvThreshold()));
        p.put("queueLengthThreshold", Parameters.number(config.queueThreshold()));
        p.put("kvSpareTrigger", Parameters.number(config.kvSpareTrigger()));
        p.put("queueSpareTrigger", Parameters.number(config.queueSpareTrigger()));
        return p;
    }

    @Override
    public OptionalInt step(FleetSample s) {
        var ready = s.readyReplicas();
        double gateway = ready.isEmpty() ? 0 : s.queued() / (double) ready.size();
        for (var r : ready) {
            var values = seen.computeIfAbsent(r.name(), k -> new ArrayDeque<>());
            values.add(new double[] {r.kvUse(), r.waiting() + gateway});
            if (values.size() > WINDOW_SECONDS) {
                values.removeFirst();
            }
        }
        if (!interval.isDue(s.seconds())) {
            return OptionalInt.empty();
        }
        seen.keySet().retainAll(ready.stream().map(FleetSample.ReplicaSample::name).toList());
        var replicas = new ArrayList<WvaSaturation.Replica>();
        seen.forEach((name, values) ->
                replicas.add(
                        new WvaSaturation.Replica(VARIANT, 1, most(values, 0), most(values, 1))));
        var variant =
                new WvaSaturation.Variant(
                        VARIANT, s.target(), 0, s.replicas().size() - ready.size());
        var targets = WvaSaturation.decide(config, replicas, List.of(variant)).targets();
        return OptionalInt.of(targets.getOrDefault(VARIANT, s.target()));
    }

    private static double most(ArrayDeque<double[]> values, int index) {
        return values.stream().mapToDouble(v -> v[index]).max().orElse(0);
    }
}
