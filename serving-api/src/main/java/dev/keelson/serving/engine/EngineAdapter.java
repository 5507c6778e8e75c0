package dev.keelson.serving.engine;

import dev.keelson.serving.metrics.EngineMetricNames;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;

/**
 * What differs between engines; what most of them agree on is written here. An adapter is pure: it
 * says what to run and what answers mean; the agent runs and asks.
 */
public sealed interface EngineAdapter permits GpuRuntimeAdapter, VllmAdapter, LlamaCppAdapter {
    /** Name in manifests and in the agent's configuration. */
    String name();

    ModelForm modelForm();

    /**
     * Why it must not be started so, in words; empty where nothing speaks against it. Only of what
     * the engine itself would not refuse: a knob that takes from the agent what the agent decides,
     * or that opens the node to more than its configuration lists.
     */
    Optional<String> objection(SortedMap<String, String> knobs, SortedMap<String, String> adapters);

    /**
     * The arguments that follow the configured command. Every one is one word for the process; no
     * shell reads them.
     */
    List<String> arguments(EngineStart start);

    /**
     * Path that answers 200 once the engine listens and its model is loaded; the first token proves
     * it ready.
     */
    default String readinessPath() {
        return "/health";
    }

    /** Longest time from process start to the first token, where the agent's file says no other. */
    Duration startLimit();

    /** The cheapest request that needs the whole engine. */
    default Probe probe(String servedModel) {
        return Probe.completion(servedModel);
    }

    /** When it is taken for hung, where the agent's file says no other. */
    HangRule hangRule();

    /** Path of the Prometheus text. */
    default String metricsPath() {
        return "/metrics";
    }

    EngineMetricNames metricNames();

    DrainBehaviour drainBehaviour();

    /**
     * What tells it how long a drain may take; empty where an engine cannot be told.
     *
     * @param within from now, positive
     */
    default Optional<DrainNotice> drainNotice(Duration within) {
        return Optional.empty();
    }

    /**
     * Sequences that the engine computes at the same time, from its knobs; empty where they leave
     * it to the engine, which chooses by the machine that it runs on.
     */
    OptionalInt maxSequences(SortedMap<String, String> knobs);
}
