package dev.keelson.core.fleet;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How an engine is started: what a revision fixes.
 *
 * @param engine adapter name, such as gpu-runtime or vllm
 * @param model model path inside the agent's configured roots, or a name the engine knows
 * @param servedModel name in the OpenAI API
 * @param knobs engine knobs by name, such as max_num_seqs or min_step_ms
 * @param adapters paths of LoRA adapters by their names in the OpenAI API; none where a revision
 *     was stored before there were any
 */
public record EngineSpec(
        String engine,
        String model,
        String servedModel,
        SortedMap<String, String> knobs,
        SortedMap<String, String> adapters) {
    public EngineSpec(
            String engine,
            String model,
            String servedModel,
            SortedMap<String, String> knobs,
            @Nullable SortedMap<String, String> adapters) {
        this.engine = engine;
        this.model = model;
        this.servedModel = servedModel;
        this.knobs = Collections.unmodifiableSortedMap(new TreeMap<>(knobs));
        this.adapters =
                Collections.unmodifiableSortedMap(
                        adapters == null ? new TreeMap<>() : new TreeMap<>(adapters));
    }

    /** Without adapters. */
    public EngineSpec(
            String engine, String model, String servedModel, SortedMap<String, String> knobs) {
        this(engine, model, servedModel, knobs, new TreeMap<>());
    }
}
