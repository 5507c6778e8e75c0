package dev.keelson.simulator.baseline;

import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/** Dynamo's load loop in easy mode for an aggregated engine, every five seconds. */
final class DynamoEasyAutoscaler implements Autoscaler {
    private static final int LOOP_SECONDS = 5;

    private final DynamoRules.Config config;
    private final DynamoRules.Budget budget;
    private final Cadence loop = new Cadence(LOOP_SECONDS);

    DynamoEasyAutoscaler(DynamoRules.Config config, DynamoRules.Budget budget) {
        this.config = config;
        this.budget = budget;
    }

    @Override
    public SortedMap<String, String> parameters() {
        var p = new TreeMap<String, String>();
        p.put("optimizationTarget", config.target().name());
        p.put("loadInterval", LOOP_SECONDS + "s");
        p.put("maxKvTokens", Parameters.number(config.maxKvTokens()));
        p.put("minEndpoint", Integer.toString(config.minEndpoint()));
        p.put("maxGpuBudget", budget.most() + " (the fleet's, for its default of 8)");
        return p;
    }

    @Override
    public OptionalInt step(FleetSample s) {
        if (!loop.isDue(s.seconds())) {
            return OptionalInt.empty();
        }
        return propose(s);
    }

    OptionalInt propose(FleetSample s) {
        var ready = s.readyReplicas();
        // It holds while a change is under way.
        if (ready.isEmpty() || ready.size() != s.target() || s.replicas().size() != ready.size()) {
            return OptionalInt.empty();
        }
        // Requests at the gateway wait as tokens at the engines would: Dynamo's frontend has no
        // queue of its own, so they count at the workers, in equal parts.
        double gateway = s.queued() * meanPrompt(s) / ready.size();
        var workers =
                ready.stream()
                        .map(r ->
                                new DynamoRules.Worker(
                                        r.decodeKvTokens(), 0, r.queuedPrefillTokens() + gateway))
                        .toList();
        var wanted =
                DynamoRules.easy(config, DynamoRules.Component.AGGREGATED, workers, ready.size());
        return wanted.isEmpty()
                ? wanted
                : OptionalInt.of(
                        DynamoRules.clamp(
                                Math.max(wanted.getAsInt(), config.minEndpoint()), budget));
    }

    private static double meanPrompt(FleetSample s) {
        return s.arrivals() == 0 ? 0 : s.arrivedPromptTokens() / (double) s.arrivals();
    }
}
