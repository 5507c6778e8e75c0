package dev.keelson.serving.engine;

import dev.keelson.serving.metrics.EngineMetricNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;

/**
 * llama.cpp's {@code llama-server}. Seen with its code of 2026-10: SIGTERM cuts open streams, any
 * model's name is answered, tokens are counted only when a request ends.
 */
public final class LlamaCppAdapter implements EngineAdapter {
    /** What the agent decides, and what fetches or opens more than the model. */
    private static final Set<String> RESERVED =
            Set.of(
                    "model",
                    "model-url",
                    "docker-repo",
                    "hf-repo",
                    "hf-file",
                    "hf-token",
                    "host",
                    "port",
                    "alias",
                    "api-key",
                    "api-key-file",
                    "path",
                    "lora",
                    "lora-scaled",
                    "metrics",
                    "rpc");

    @Override
    public String name() {
        return "llama-cpp";
    }

    @Override
    public ModelForm modelForm() {
        return ModelForm.FILE;
    }

    /** A request names the adapters that it wants by number there, and no model. */
    @Override
    public Optional<String> objection(
            SortedMap<String, String> knobs, SortedMap<String, String> adapters) {
        return adapters.isEmpty()
                ? Knobs.objection(knobs, RESERVED)
                : Optional.of(
                        "llama-cpp serves no adapters by name: leave spec.adapters out, or choose gpu-runtime or vllm.");
    }

    @Override
    public List<String> arguments(EngineStart start) {
        var arguments = new ArrayList<String>(Knobs.options(start.knobs(), Knobs.Form.APART));
        arguments.addAll(List.of("--model", start.model(), "--alias", start.servedModel()));
        arguments.addAll(List.of("--host", start.host()));
        arguments.addAll(List.of("--port", Integer.toString(start.port()), "--metrics"));
        return List.copyOf(arguments);
    }

    /** A file is mapped, not read; one on a slow disk comes page by page with the first token. */
    @Override
    public Duration startLimit() {
        return Duration.ofMinutes(5);
    }

    /** A batch of prompt tokens is one step, and its pages do not answer during a step. */
    @Override
    public HangRule hangRule() {
        return HangRule.PATIENT;
    }

    @Override
    public EngineMetricNames metricNames() {
        return EngineMetricNames.LLAMA_CPP;
    }

    @Override
    public DrainBehaviour drainBehaviour() {
        return DrainBehaviour.IDLE_THEN_TERMINATE;
    }

    /** Without the knob the server chooses. */
    @Override
    public OptionalInt maxSequences(SortedMap<String, String> knobs) {
        return Knobs.count(knobs, "parallel");
    }
}
