package dev.keelson.simulator.baseline;

import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * llm-d's workload variant autoscaler, first version: a replica is saturated above a KV use or a
 * queue; one more when the others have too little spare, one fewer when they would keep enough.
 */
public final class WvaSaturation {
    /** Rounding of sums of shares must not decide. */
    private static final double EPSILON = 1e-12;

    public record Config(
            double kvThreshold,
            double queueThreshold,
            double kvSpareTrigger,
            double queueSpareTrigger) {
        public static final Config DEFAULTS = new Config(0.8, 5, 0.1, 3);
    }

    public record Replica(String variant, double cost, double kvUse, double queue) {}

    /**
     * @param desired what was wanted last; 0 where nothing was
     */
    public record Variant(String name, int current, int desired, int pending) {}

    public record Decision(boolean up, boolean downIsSafe, SortedMap<String, Integer> targets) {
        public Decision {
            targets = new TreeMap<>(targets);
        }
    }

    private WvaSaturation() {}

    public static Decision decide(Config c, List<Replica> replicas, List<Variant> variants) {
        var spare =
                replicas.stream()
                        .filter(r -> r.kvUse() < c.kvThreshold() && r.queue() < c.queueThreshold())
                        .toList();
        int n = spare.size();
        double kv = spare.stream().mapToDouble(r -> c.kvThreshold() - r.kvUse()).sum();
        double queue = spare.stream().mapToDouble(r -> c.queueThreshold() - r.queue()).sum();
        kv = n == 0 ? 0 : kv / n;
        queue = n == 0 ? 0 : queue / n;
        boolean up =
                !replicas.isEmpty()
                        && (kv < c.kvSpareTrigger() - EPSILON
                                || queue < c.queueSpareTrigger() - EPSILON);
        boolean down = false;
        if (!replicas.isEmpty() && n >= 2) {
            double grown = n / (n - 1.0);
            double kvLeft = c.kvThreshold() - (c.kvThreshold() - kv) * grown;
            double queueLeft = c.queueThreshold() - (c.queueThreshold() - queue) * grown;
            down =
                    kvLeft >= c.kvSpareTrigger() - EPSILON
                            && queueLeft >= c.queueSpareTrigger() - EPSILON;
        }
        return new Decision(up, down, targets(replicas, variants, up, down));
    }

    private static SortedMap<String, Integer> targets(
            List<Replica> replicas, List<Variant> variants, boolean up, boolean down) {
        var targets = new TreeMap<String, Integer>();
        if (replicas.isEmpty()) {
            variants.forEach(v -> targets.put(v.name(), v.current()));
            return targets;
        }
        var counts = new TreeMap<String, Integer>();
        var costs = new TreeMap<String, Double>();
        for (Replica r : replicas) {
            counts.merge(r.variant(), 1, Integer::sum);
            costs.put(r.variant(), r.cost());
        }
        var present = variants.stream().filter(v -> counts.containsKey(v.name())).toList();
        boolean inTransition =
                present.stream()
                        .anyMatch(v ->
                                (v.desired() != 0 && v.desired() != v.current())
                                        || counts.getOrDefault(v.name(), 0) != v.current());
        for (Variant v : present) {
            boolean changing = v.desired() != 0 && v.desired() != v.current();
            int steady = counts.getOrDefault(v.name(), 0);
            targets.put(v.name(), inTransition ? (changing ? v.desired() : v.current()) : steady);
        }
        if (inTransition) {
            return targets;
        }
        var byCost =
                Comparator.comparing((Variant v) -> costs.getOrDefault(v.name(), 0.0))
                        .thenComparing(Variant::name);
        if (up) {
            present.stream()
                    .filter(v -> v.pending() == 0)
                    .min(byCost)
                    .ifPresent(v -> targets.merge(v.name(), 1, Integer::sum));
        } else if (down) {
            present.stream()
                    .filter(v -> targets.getOrDefault(v.name(), 0) > 1)
                    .max(byCost)
                    .ifPresent(v -> targets.merge(v.name(), -1, Integer::sum));
        }
        return targets;
    }
}
