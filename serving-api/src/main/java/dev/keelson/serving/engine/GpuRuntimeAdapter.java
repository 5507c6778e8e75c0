package dev.keelson.serving.engine;

import dev.keelson.serving.metrics.EngineMetricNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;

/** Keelson's own engine. */
public final class GpuRuntimeAdapter implements EngineAdapter {
    private static final int DEFAULT_SEQUENCES = 8;

    @Override
    public String name() {
        return "gpu-runtime";
    }

    @Override
    public ModelForm modelForm() {
        return ModelForm.FOLDER;
    }

    /** The engine itself refuses every knob that it does not know. */
    @Override
    public Optional<String> objection(
            SortedMap<String, String> knobs, SortedMap<String, String> adapters) {
        return Optional.empty();
    }

    @Override
    public List<String> arguments(EngineStart start) {
        var arguments = new ArrayList<String>();
        arguments.addAll(List.of("--model", start.model(), "--host", start.host()));
        arguments.addAll(List.of("--port", Integer.toString(start.port())));
        arguments.addAll(List.of("--served-model", start.servedModel()));
        start.knobs()
                .forEach((knob, value) -> arguments.addAll(List.of("--knob", knob + "=" + value)));
        start.adapters()
                .forEach(
                        (name, folder) -> arguments.addAll(List.of("--lora", name + "=" + folder)));
        arguments.addAll(List.of("--agent-grace", start.agentGrace().toMillis() + "ms"));
        return List.copyOf(arguments);
    }

    @Override
    public Duration startLimit() {
        return Duration.ofMinutes(2);
    }

    @Override
    public HangRule hangRule() {
        return HangRule.DEFAULT;
    }

    @Override
    public EngineMetricNames metricNames() {
        return EngineMetricNames.GPU_RUNTIME;
    }

    @Override
    public DrainBehaviour drainBehaviour() {
        return DrainBehaviour.TERMINATE_FINISHES;
    }

    @Override
    public Optional<DrainNotice> drainNotice(Duration within) {
        return Optional.of(
                new DrainNotice(
                        "/admin/drain", "{\"deadline_ms\":%d}".formatted(within.toMillis())));
    }

    @Override
    public OptionalInt maxSequences(SortedMap<String, String> knobs) {
        return OptionalInt.of(Knobs.count(knobs, "max_num_seqs").orElse(DEFAULT_SEQUENCES));
    }
}
