package dev.keelson.serving.engine;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an engine's argument vector is made from.
 *
 * @param command the configured words before the arguments
 * @param model a model directory, or a name where the adapter takes names
 * @param servedModel name in the OpenAI API
 * @param host address to listen on
 * @param port port to listen on
 * @param knobs engine knobs by name
 * @param adapters folders of LoRA adapters by their names in the OpenAI API
 * @param agentGrace how long the engine goes on without hearing from its agent
 */
public record EngineStart(
        List<String> command,
        String model,
        String servedModel,
        String host,
        int port,
        SortedMap<String, String> knobs,
        SortedMap<String, String> adapters,
        Duration agentGrace) {
    public EngineStart {
        command = List.copyOf(command);
        knobs = Collections.unmodifiableSortedMap(new TreeMap<>(knobs));
        adapters = Collections.unmodifiableSortedMap(new TreeMap<>(adapters));
    }
}
