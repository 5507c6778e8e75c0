package dev.keelson.core.fleet;

import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How an engine is started: what a revision fixes.
 *
 * @param engine adapter name, such as gpu-runtime or vllm
 * @param model model path inside the agent's configured roots, or a name the engine knows
 * @param servedModel name in the OpenAI API
 * @param knobs engine knobs by name, such as max_num_seqs or min_step_ms
 */
public record EngineSpec(
        String engine, String model, String servedModel, SortedMap<String, String> knobs) {
    public EngineSpec {
        knobs = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(knobs));
    }
}
