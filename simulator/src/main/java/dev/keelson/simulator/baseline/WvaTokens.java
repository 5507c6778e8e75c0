package dev.keelson.simulator.baseline;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * llm-d's workload variant autoscaler, second version: capacity in tokens, the smaller of a share
 * of the KV cache and of what was in use when a queue stood, against tokens in use and queued. It
 * learns, so it is mutable.
 */
public final class WvaTokens {
    private static final int HISTORY = 10;

    /**
     * @param upThreshold share of the supply that demand may use before more is wanted
     * @param downBoundary share that it must use for none to be spare
     */
    public record Config(
            double kvThreshold,
            double queueThreshold,
            double upThreshold,
            double downBoundary,
            boolean scaleToZero) {
        public static final Config DEFAULTS = new Config(0.8, 5, 0.85, 0.7, false);
    }

    /**
     * @param maxBatchedTokens of its deployment; null where nothing is known
     */
    public record Variant(
            String name,
            String accelerator,
            double cost,
            @Nullable Integer maxBatchedTokens,
            @Nullable Integer maxSequences) {}

    public record Replica(
            String variant,
            double averageInput,
            double averageOutput,
            double queue,
            double tokensInUse,
            double totalKvTokens) {}

    public record Count(String variant, int current, int pending) {}

    /**
     * @param required tokens that are missing
     * @param spare tokens that are too many
     */
    public record Analysis(
            SortedMap<String, Integer> targets,
            double supply,
            double demand,
            double required,
            double spare) {
        public Analysis {
            targets = new TreeMap<>(targets);
        }
    }

    private record Stored(boolean measured, double tokens) {}

    private final Config config;
    private final TreeMap<String, Variant> variants = new TreeMap<>();
    private final TreeMap<String, List<Double>> saturated = new TreeMap<>();
    private final TreeMap<String, Stored> store = new TreeMap<>();

    public WvaTokens(Config config, List<Variant> known) {
        this.config = config;
        for (Variant v : known) {
            variants.put(v.name(), v);
            if (v.maxBatchedTokens() != null) {
                store.put(v.name(), new Stored(false, v.maxBatchedTokens()));
            }
        }
    }

    /**
     * @param queueBytes of the scheduler's queue; 0 without one
     */
    public Analysis analyze(
            List<Replica> replicas, List<Count> counts, double queueSize, double queueBytes) {
        var capacities = new TreeMap<String, List<Double>>();
        var costs = new TreeMap<String, Double>();
        double demand = measure(replicas, capacities, costs);
        double input = replicas.stream().mapToDouble(Replica::averageInput).average().orElse(0);
        double output = replicas.stream().mapToDouble(Replica::averageOutput).average().orElse(0);
        if (queueSize != 0 || queueBytes != 0) {
            demand += Math.max(queueBytes / 4, queueSize * input) + queueSize * output;
        }
        double supply = 0;
        double anticipated = 0;
        var perReplica = new TreeMap<String, Double>();
        for (Count c : counts) {
            double tokens = perReplica(c.variant(), capacities.get(c.variant()), input, output);
            perReplica.put(c.variant(), tokens);
            int ready = Math.max(0, c.current() - c.pending());
            supply += ready * tokens;
            anticipated += (ready + c.pending()) * tokens;
        }
        double required = Math.max(0, demand / config.upThreshold() - anticipated);
        double spare = Math.max(0, supply - demand / config.downBoundary());
        var targets = targets(counts, perReplica, costs, required, spare);
        return new Analysis(targets, supply, demand, required, spare);
    }

    private double measure(
            List<Replica> replicas,
            SortedMap<String, List<Double>> capacities,
            SortedMap<String, Double> costs) {
        var demands = new TreeMap<String, Double>();
        for (Replica r : replicas) {
            var variant = variants.get(r.variant());
            if (variant == null) {
                continue;
            }
            costs.put(r.variant(), variant.cost());
            if (r.totalKvTokens() <= 0) {
                continue;
            }
            double tokens = capacity(variant, r);
            capacities.computeIfAbsent(r.variant(), k -> new ArrayList<>()).add(tokens);
            store.put(r.variant(), new Stored(true, tokens));
            double used = r.tokensInUse() + r.queue() * (long) r.averageInput();
            demands.merge(r.variant(), used, Double::sum);
        }
        return demands.values().stream().mapToDouble(d -> d).sum();
    }

    private double capacity(Variant variant, Replica r) {
        double byMemory = (long) (r.totalKvTokens() * config.kvThreshold());
        int outputClass = r.averageOutput() < 100 ? 0 : r.averageOutput() < 500 ? 1 : 2;
        var history =
                saturated.computeIfAbsent(
                        variant.accelerator() + "|" + outputClass, k -> new ArrayList<>());
        double byCompute;
        if (r.queue() >= (int) config.queueThreshold() && r.tokensInUse() > 0) {
            byCompute = r.tokensInUse();
            history.add(byCompute);
            if (history.size() > HISTORY) {
                history.removeFirst();
            }
        } else if (!history.isEmpty()) {
            byCompute = (long) history.stream().mapToDouble(v -> v).average().orElse(0);
        } else {
            double derived = derived(variant, r.averageInput(), r.averageOutput());
            byCompute = derived == 0 ? byMemory : derived;
        }
        return Math.min(byMemory, byCompute);
    }

    /** N (I + O / 2) tokens for N = min(B O / (I + O), S) requests at once; 0 where unknown. */
    private static double derived(Variant v, double input, double output) {
        var batched = v.maxBatchedTokens();
        var sequences = v.maxSequences();
        if (batched == null || sequences == null || !(output > 0)) {
            return 0;
        }
        double requests = Math.min(batched * output / (input + output), sequences);
        return ((long) requests) * (input + output / 2);
    }

    private double perReplica(
            String name, @Nullable List<Double> measured, double input, double output) {
        if (measured != null) {
            var sorted = measured.stream().sorted().toList();
            int middle = sorted.size() / 2;
            return sorted.size() % 2 == 1
                    ? sorted.get(middle)
                    : Math.floor((sorted.get(middle - 1) + sorted.get(middle)) / 2);
        }
        var stored = store.get(name);
        var variant = variants.get(name);
        if (stored == null || variant == null) {
            return 0;
        }
        double derived = derived(variant, input, output);
        return stored.measured() || !(derived > 0) ? stored.tokens() : derived;
    }

    private static SortedMap<String, Integer> targets(
            List<Count> counts,
            SortedMap<String, Double> perReplica,
            SortedMap<String, Double> costs,
            double required,
            double spare) {
        var targets = new TreeMap<String, Integer>();
        counts.forEach(c -> targets.put(c.variant(), c.current()));
        // A variant without replicas has no price here: it costs 0, as in the original.
        var names = counts.stream().map(Count::variant).toList();
        if (required > 0) {
            grow(names, targets, perReplica, costs, required);
        } else if (spare > 0) {
            shrink(names, targets, perReplica, costs, spare);
        }
        return targets;
    }

    private static void grow(
            List<String> names,
            SortedMap<String, Integer> targets,
            SortedMap<String, Double> perReplica,
            SortedMap<String, Double> costs,
            double required) {
        double missing = required;
        var usable =
                names.stream()
                        .filter(n -> perReplica.getOrDefault(n, 0.0) > 0)
                        .sorted(
                                Comparator.comparingDouble(n ->
                                        costs.getOrDefault(n, 0.0)
                                                / perReplica.getOrDefault(n, 1.0)))
                        .toList();
        for (String name : usable) {
            if (missing <= 0) {
                return;
            }
            double tokens = perReplica.getOrDefault(name, 1.0);
            int more = (int) Math.ceil(missing / tokens);
            targets.merge(name, more, Integer::sum);
            missing -= more * tokens;
        }
    }

    private static void shrink(
            List<String> names,
            SortedMap<String, Integer> targets,
            SortedMap<String, Double> perReplica,
            SortedMap<String, Double> costs,
            double spare) {
        var byCost = Comparator.comparingDouble((String n) -> costs.getOrDefault(n, 0.0));
        var cheapest = names.stream().min(byCost).orElse("");
        double left = spare;
        for (String name : names.stream().sorted(byCost.reversed()).toList()) {
            double tokens = perReplica.getOrDefault(name, 0.0);
            if (left <= 0) {
                return;
            }
            if (tokens <= 0) {
                continue;
            }
            boolean othersLive =
                    targets.entrySet().stream()
                            .anyMatch(e -> !e.getKey().equals(name) && e.getValue() > 0);
            int keep = name.equals(cheapest) && !othersLive ? 1 : 0;
            int fewer =
                    (int) Math.min(Math.floor(left / tokens), targets.getOrDefault(name, 0) - keep);
            if (fewer > 0) {
                targets.merge(name, -fewer, Integer::sum);
                left -= fewer * tokens;
            }
        }
    }

    /** The last word: nothing without requests where zero is allowed, else at least one. */
    public SortedMap<String, Integer> enforce(
            Analysis analysis, List<Replica> replicas, double requestsInRetention) {
        var enforced = new TreeMap<>(analysis.targets());
        if (config.scaleToZero()) {
            if (requestsInRetention <= 0) {
                enforced.replaceAll((name, n) -> 0);
            }
            return enforced;
        }
        if (enforced.values().stream().allMatch(n -> n == 0)) {
            var live = replicas.stream().map(Replica::variant).distinct().toList();
            enforced.keySet().stream()
                    .min(
                            Comparator.comparingDouble((String n) -> costOf(n, live))
                                    .thenComparing(n -> n))
                    .ifPresent(n -> enforced.put(n, 1));
        }
        return enforced;
    }

    private double costOf(String name, List<String> live) {
        var variant = variants.get(name);
        return variant == null || !live.contains(name) ? 0 : variant.cost();
    }
}
