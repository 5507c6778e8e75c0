package dev.keelson.agent.supervise;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a replica runs.
 *
 * @param replica unique over the fleet's life
 * @param engine adapter name
 * @param model as commanded: a path inside the configured roots, or a name
 * @param servedModel name in the OpenAI API
 * @param knobs engine knobs by name
 * @param adapters paths of LoRA adapters inside the configured roots, by their names in the API
 * @param thousandths share of the node it takes, 1000 per accelerator
 */
public record ReplicaSpec(
        String replica,
        String deployment,
        int revision,
        String engine,
        String model,
        String servedModel,
        SortedMap<String, String> knobs,
        SortedMap<String, String> adapters,
        int thousandths) {
    public ReplicaSpec {
        knobs = Collections.unmodifiableSortedMap(new TreeMap<>(knobs));
        adapters = Collections.unmodifiableSortedMap(new TreeMap<>(adapters));
    }
}
