package dev.keelson.core.plan;

import dev.keelson.core.demand.Reading;
import dev.keelson.core.fleet.DeploymentState;
import dev.keelson.core.fleet.Node;
import dev.keelson.core.policy.AcceleratorPolicy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What it costs to serve one deployment's work on each kind of accelerator: the cost per goodput,
 * which is the price of a replica divided by the work that it does within its service level. The
 * work is the present mix of prompt and output tokens, so that a kind that prefills fast wins where
 * prompts are long. Immutable.
 */
final class KindCosts {
    /** The work that costs are given for, tokens per second of prompts and outputs together. */
    private static final double WORK = 1_000;

    private static final KindCosts ALIKE = new KindCosts(new TreeMap<>(), Double.NaN);

    private final SortedMap<String, Double> costs;
    private final double promptShare;

    private KindCosts(SortedMap<String, Double> costs, double promptShare) {
        this.costs = costs;
        this.promptShare = promptShare;
    }

    /**
     * Of a deployment: its policy's kinds at the mix of its newest readings, half and half without.
     */
    static KindCosts of(AcceleratorPolicy policy, DeploymentState d) {
        if (policy.kinds().isEmpty()) {
            return ALIKE;
        }
        double prompts = rate(d.demand().promptTokensPerSecond());
        double outputs = rate(d.demand().outputTokensPerSecond());
        double share = prompts + outputs > 0 ? prompts / (prompts + outputs) : 0.5;
        double accelerators = d.spec().replicaThousandths() / 1e3;
        var costs = new TreeMap<String, Double>();
        policy.kinds()
                .forEach((name, kind) ->
                        costs.put(
                                name,
                                accelerators
                                        * kind.pricePerGpuHour()
                                        * kind.capacity()
                                                .replicasFor(share * WORK, (1 - share) * WORK)));
        return new KindCosts(costs, share);
    }

    private static double rate(@Nullable Reading reading) {
        return reading == null ? 0 : Math.max(0, reading.value());
    }

    /** Are all accelerators alike to it? */
    boolean areAlike() {
        return costs.isEmpty();
    }

    /** What the work costs an hour on a node; infinite where the deployment does not run. */
    double on(Node node) {
        if (areAlike()) {
            return 0;
        }
        return costs.getOrDefault(kindOf(node), Double.POSITIVE_INFINITY);
    }

    /** The model of its accelerators; empty where it has none. */
    static String kindOf(Node node) {
        return node.accelerators().isEmpty() ? "" : node.accelerators().getFirst().model();
    }

    /** Which kind a node is, and what the work costs there; empty where all are alike. */
    String sentence(Node node) {
        if (on(node) == Double.POSITIVE_INFINITY) {
            return "%s, which it may not use"
                    .formatted(kindOf(node).isEmpty() ? "no accelerator" : kindOf(node));
        }
        return areAlike()
                ? ""
                : String.format(
                        Locale.ROOT,
                        "%s, %.3f an hour for %.0f tokens/s of which %.0f %% are prompts",
                        kindOf(node),
                        on(node),
                        WORK,
                        100 * promptShare);
    }

    /** What a choice rests on. */
    List<Decision.Input> inputs(Node node) {
        return areAlike()
                ? List.of()
                : List.of(
                        new Decision.Input("costPerGoodput", on(node), null),
                        new Decision.Input("promptShare", promptShare, null));
    }

    /**
     * The kinds that were not chosen, cheapest first.
     *
     * @param withRoom kinds that have room for one more replica
     */
    List<Decision.Rejected> rejected(Node chosen, Collection<String> withRoom) {
        var others = new LinkedHashMap<String, Double>(costs);
        others.remove(kindOf(chosen));
        var rejected = new ArrayList<Decision.Rejected>();
        others.entrySet().stream()
                .sorted(Comparator.comparingDouble(e -> e.getValue()))
                .forEach(e ->
                        rejected.add(
                                new Decision.Rejected(
                                        e.getKey(),
                                        e.getValue() / Math.max(on(chosen), Double.MIN_NORMAL),
                                        null,
                                        withRoom.contains(e.getKey())
                                                ? String.format(
                                                        Locale.ROOT,
                                                        "dearer: %.3f an hour for the same work",
                                                        e.getValue())
                                                : String.format(
                                                        Locale.ROOT,
                                                        "no room, at %.3f an hour for the same work",
                                                        e.getValue()))));
        return Collections.unmodifiableList(rejected);
    }
}
