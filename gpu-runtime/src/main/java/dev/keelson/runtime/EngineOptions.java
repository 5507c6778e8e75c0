package dev.keelson.runtime;

import dev.keelson.runtime.djl.TorchDevice;
import dev.keelson.runtime.knobs.Knob;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * The engine's command line.
 *
 * @param draftModel a smaller model that guesses for it; null for none
 * @param decoder what runs the model
 * @param device where it runs; a CUDA device only with libtorch
 * @param servedModel name in the OpenAI API
 * @param knobs those that were given, checked
 * @param adapters folders of LoRA adapters by name, in the order given
 * @param agentGrace how long to go on without hearing from the agent; null for ever
 * @param drainDeadline how long a drain waits for answers; null for ever
 */
record EngineOptions(
        Path model,
        @Nullable Path draftModel,
        Decoding decoder,
        TorchDevice device,
        String host,
        int port,
        String servedModel,
        Map<Knob, Long> knobs,
        SequencedMap<String, Path> adapters,
        @Nullable Duration agentGrace,
        @Nullable Duration drainDeadline) {
    private static final long DRAFTED_TOKENS = 4;

    /** What runs the model: libtorch, the Vector API, plain Java, or the best that can run. */
    enum Decoding {
        AUTO,
        TORCH,
        VECTOR,
        REFERENCE
    }

    static EngineOptions parse(List<String> arguments) {
        Path model = null;
        Path draft = null;
        Decoding decoder = Decoding.AUTO;
        TorchDevice device = TorchDevice.CPU;
        String host = "127.0.0.1";
        int port = 8000;
        String served = null;
        Duration grace = null;
        Duration drain = null;
        Map<Knob, Long> knobs = new EnumMap<>(Knob.class);
        SequencedMap<String, Path> adapters = new LinkedHashMap<>();
        for (int i = 0; i < arguments.size(); i += 2) {
            String name = arguments.get(i);
            if (i + 1 == arguments.size()) {
                throw new IllegalArgumentException(name + " needs a value");
            }
            String value = arguments.get(i + 1);
            switch (name) {
                case "--model" -> model = Path.of(value);
                case "--draft-model" -> draft = Path.of(value);
                case "--decoder" -> decoder = decoding(value);
                case "--device" -> device = TorchDevice.parse(value);
                case "--host" -> host = value;
                case "--port" -> port = (int) number(name, value, 0, 65_535);
                case "--served-model" -> served = value;
                case "--agent-grace" -> grace = duration(name, value);
                case "--drain-deadline" -> drain = duration(name, value);
                case "--knob" -> knob(value, knobs);
                case "--lora" -> adapter(value, adapters);
                default -> throw new IllegalArgumentException("unknown argument " + name);
            }
        }
        if (model == null) {
            throw new IllegalArgumentException("--model DIR is needed");
        }
        requireFit(decoder, device);
        if (draft != null) {
            knobs.putIfAbsent(Knob.NUM_SPECULATIVE_TOKENS, DRAFTED_TOKENS);
        }
        Path folder = model.getFileName();
        String name = served != null ? served : folder == null ? "model" : folder.toString();
        return new EngineOptions(
                model,
                draft,
                decoder,
                device,
                host,
                port,
                name,
                Map.copyOf(knobs),
                adapters,
                grace,
                drain);
    }

    private static void requireFit(Decoding decoder, TorchDevice device) {
        if (device.isCuda() && (decoder == Decoding.VECTOR || decoder == Decoding.REFERENCE)) {
            throw new IllegalArgumentException(
                    "--decoder %s computes on the processor, not on --device %s"
                            .formatted(decoder.name().toLowerCase(Locale.ROOT), device));
        }
    }

    private static void adapter(String text, Map<String, Path> adapters) {
        int equals = text.indexOf('=');
        if (equals < 1 || equals == text.length() - 1) {
            throw new IllegalArgumentException("--lora must be NAME=DIR, not " + text);
        }
        if (adapters.put(text.substring(0, equals), Path.of(text.substring(equals + 1))) != null) {
            throw new IllegalArgumentException("--lora names " + text + " twice");
        }
    }

    static Decoding decoding(String text) {
        return switch (text) {
            case "auto" -> Decoding.AUTO;
            case "torch" -> Decoding.TORCH;
            case "vector" -> Decoding.VECTOR;
            case "reference" -> Decoding.REFERENCE;
            default ->
                    throw new IllegalArgumentException(
                            "--decoder must be auto, torch, vector or reference, not " + text);
        };
    }

    private static void knob(String text, Map<Knob, Long> knobs) {
        int equals = text.indexOf('=');
        Knob knob = Knob.of(equals < 0 ? text : text.substring(0, equals)).orElse(null);
        if (equals < 0 || knob == null) {
            throw new IllegalArgumentException("unknown knob " + text + "; known: " + Knob.names());
        }
        knobs.put(knob, knob.parse(text.substring(equals + 1)));
    }

    private static long number(String name, String text, long least, long most) {
        try {
            long value = Long.parseLong(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + " must be an integer, not " + text, e);
        }
        throw new IllegalArgumentException(
                name + " must be " + least + " to " + most + ", not " + text);
    }

    private static Duration duration(String name, String text) {
        var unit = text.replaceFirst("^\\d+", "");
        String digits = text.substring(0, text.length() - unit.length());
        if (digits.isEmpty() || digits.length() > 12) {
            throw new IllegalArgumentException(name + " must be like 45s, not " + text);
        }
        long value = Long.parseLong(digits);
        return switch (unit) {
            case "ms" -> Duration.ofMillis(value);
            case "s" -> Duration.ofSeconds(value);
            case "m" -> Duration.ofMinutes(value);
            case "h" -> Duration.ofHours(value);
            default -> throw new IllegalArgumentException(name + " must be like 45s, not " + text);
        };
    }
}
