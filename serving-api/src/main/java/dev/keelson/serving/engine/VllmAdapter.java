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
 * vLLM's OpenAI server, started by {@code vllm serve} or by {@code python -m
 * vllm.entrypoints.openai.api_server}. Seen with 0.32: its health page answers 200 while its engine
 * core hangs; SIGTERM is ignored during the start and leaves open streams hanging later; the
 * processes behind its API server outlive it.
 */
public final class VllmAdapter implements EngineAdapter {
    /** What the agent decides, and what loads code, as option names. */
    private static final Set<String> RESERVED =
            Set.of(
                    "model",
                    "model-tag",
                    "host",
                    "port",
                    "uds",
                    "served-model-name",
                    "lora-modules",
                    "config",
                    "api-key",
                    "root-path",
                    "ssl-keyfile",
                    "ssl-certfile",
                    "ssl-ca-certs",
                    "ssl-cert-reqs",
                    "headless",
                    "trust-remote-code",
                    "worker-cls",
                    "worker-extension-cls",
                    "scheduler-cls",
                    "middleware",
                    "logits-processors",
                    "tool-parser-plugin",
                    "reasoning-parser-plugin",
                    "distributed-executor-backend",
                    "kv-transfer-config",
                    "ec-transfer-config");

    @Override
    public String name() {
        return "vllm";
    }

    @Override
    public ModelForm modelForm() {
        return ModelForm.FOLDER_OR_NAME;
    }

    @Override
    public Optional<String> objection(
            SortedMap<String, String> knobs, SortedMap<String, String> adapters) {
        return Knobs.objection(knobs, RESERVED);
    }

    /** {@code vllm serve} takes the model as its first word, the module behind it as an option. */
    @Override
    public List<String> arguments(EngineStart start) {
        var arguments = new ArrayList<String>();
        boolean serve = !start.command().isEmpty() && start.command().getLast().equals("serve");
        arguments.add(serve ? start.model() : "--model=" + start.model());
        arguments.addAll(Knobs.options(start.knobs(), Knobs.Form.JOINED));
        if (!start.adapters().isEmpty()) {
            arguments.addAll(List.of("--enable-lora", "--lora-modules"));
            start.adapters().forEach((name, folder) -> arguments.add(name + "=" + folder));
        }
        // The last of two wins.
        arguments.add("--served-model-name=" + start.servedModel());
        arguments.add("--host=" + start.host());
        arguments.add("--port=" + start.port());
        return List.copyOf(arguments);
    }

    /** Imports, weights, compiling and capturing graphs: large models take minutes of each. */
    @Override
    public Duration startLimit() {
        return Duration.ofMinutes(15);
    }

    /** Tokens of a prompt are counted once all of it is read. */
    @Override
    public HangRule hangRule() {
        return HangRule.PATIENT;
    }

    @Override
    public EngineMetricNames metricNames() {
        return EngineMetricNames.VLLM;
    }

    @Override
    public DrainBehaviour drainBehaviour() {
        return DrainBehaviour.IDLE_THEN_TERMINATE;
    }

    /** Without the knob 128 to 1024, by the accelerator. */
    @Override
    public OptionalInt maxSequences(SortedMap<String, String> knobs) {
        return Knobs.count(knobs, "max_num_seqs");
    }
}
