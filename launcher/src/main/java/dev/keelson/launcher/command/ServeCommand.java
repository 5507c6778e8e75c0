package dev.keelson.launcher.command;

import dev.keelson.launcher.CommandFailure;
import dev.keelson.launcher.Session;
import dev.keelson.launcher.distribution.Component;
import dev.keelson.launcher.distribution.Distribution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** One engine in the foreground. */
@Command(description = "One engine with the OpenAI API, in the foreground.")
final class ServeCommand implements Callable<Integer> {
    private static final String HUB = "hf:";
    private static final String CPU = "cpu";
    private static final long MEBIBYTE = 1 << 20;

    private final Session session;

    @Parameters(
            paramLabel = "MODEL",
            arity = "0..1",
            description =
                    "A folder in Hugging Face layout, a GGUF file, or hf:ORGANISATION/NAME[@REVISION], which is downloaded; default the bundled model.")
    private @Nullable String model;

    @Option(names = "--host", defaultValue = "127.0.0.1", description = "Default ${DEFAULT-VALUE}.")
    private String host = "";

    @Option(names = "--port", defaultValue = "8000", description = "Default ${DEFAULT-VALUE}.")
    private int port;

    @Option(
            names = "--served-model",
            paramLabel = "NAME",
            description = "The model's name in the API; default the folder's or the file's name.")
    private @Nullable String servedModel;

    @Option(names = "--knob", paramLabel = "K=V", description = "An engine setting; repeatable.")
    private List<String> knobs = List.of();

    @Option(
            names = "--adapter",
            paramLabel = "NAME=DIR",
            description = "A LoRA adapter under that name; repeatable.")
    private List<String> adapters = List.of();

    @Option(
            names = "--draft-model",
            paramLabel = "PATH",
            description =
                    "A smaller model with the same tokenizer that guesses num_speculative_tokens (4 unless set) for it.")
    private @Nullable Path draftModel;

    @Option(
            names = "--decoder",
            paramLabel = "NAME",
            defaultValue = "auto",
            description =
                    "What computes: vector (the Vector API), torch (libtorch), reference (plain Java), or auto: the first of these that can run here. Default ${DEFAULT-VALUE}.")
    private String decoder = "";

    @Option(
            names = "--device",
            paramLabel = "NAME",
            defaultValue = CPU,
            description =
                    "Where it computes: cpu, cuda or cuda:N, with the libtorch for CUDA that PYTORCH_LIBRARY_PATH names. Default ${DEFAULT-VALUE}.")
    private String device = "";

    @Option(
            names = "--drain-deadline",
            paramLabel = "TIME",
            description =
                    "After SIGTERM what still runs by then ends with a typed error, such as 30s; default none: it is waited for.")
    private @Nullable String drainDeadline;

    ServeCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        var distribution = Distribution.current();
        Path chosen = located(distribution);
        var arguments = new ArrayList<String>();
        arguments.addAll(List.of("--model", chosen.toString(), "--host", host));
        arguments.addAll(List.of("--port", Integer.toString(port), "--served-model"));
        arguments.add(servedModel == null ? defaultName(chosen) : servedModel);
        arguments.addAll(List.of("--decoder", decoder, "--device", device));
        if (draftModel != null) {
            arguments.addAll(List.of("--draft-model", draftModel.toAbsolutePath().toString()));
        }
        if (drainDeadline != null) {
            arguments.addAll(List.of("--drain-deadline", drainDeadline));
        }
        knobs.forEach(knob -> arguments.addAll(List.of("--knob", knob)));
        adapters.forEach(adapter -> arguments.addAll(List.of("--lora", adapter)));
        Component engine = component(decoder, device);
        ExecLine.print(
                session,
                distribution.environment(),
                distribution.command(engine, heapMebibytes(engine, chosen), arguments));
        return 0;
    }

    /**
     * {@code auto} wants a JVM in which the decoder on the Vector API can run. Beside a fast device
     * the second compiler pays for choosing tokens.
     */
    static Component component(String decoder, String device) {
        if (!device.equals(CPU)) {
            return Component.VECTOR_ENGINE;
        }
        return switch (decoder) {
            case "auto", "vector" -> Component.VECTOR_ENGINE;
            default -> Component.ENGINE;
        };
    }

    private Path located(Distribution distribution) throws IOException, InterruptedException {
        if (model == null) {
            return distribution.bundledModel();
        }
        Path chosen =
                model.startsWith(HUB)
                        ? fetched(distribution, model)
                        : Path.of(model).toAbsolutePath().normalize();
        if (!Files.isRegularFile(chosen) && !Files.isRegularFile(chosen.resolve("config.json"))) {
            throw new CommandFailure(
                    "There is no model in %s.".formatted(chosen),
                    "It must be a folder with config.json, model.safetensors and tokenizer.json, a GGUF file, or hf:ORGANISATION/NAME.");
        }
        return chosen;
    }

    /** Downloads in a process of its own, whose progress is seen. */
    private static Path fetched(Distribution distribution, String name)
            throws IOException, InterruptedException {
        var builder =
                new ProcessBuilder(distribution.command(Component.FETCH, List.of(name)))
                        .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(distribution.environment());
        Process process = builder.start();
        String path;
        try (var out = process.inputReader()) {
            path = out.readAllAsString().strip();
        }
        if (process.waitFor() != 0) {
            throw new CommandFailure(
                    "%s could not be downloaded.".formatted(name),
                    "The reason is above. HF_ENDPOINT names another hub, HF_TOKEN a token.");
        }
        return Path.of(path);
    }

    /** A hub's models lie in a folder that is called after their commit. */
    private String defaultName(Path chosen) {
        if (model != null && model.startsWith(HUB)) {
            return model.substring(model.indexOf('/') + 1).replaceFirst("@.*", "");
        }
        return String.valueOf(chosen.getFileName());
    }

    /**
     * Room for the weights as F32 three times over while they are loaded. How they are stored is
     * not known here: at least two bytes a weight in safetensors, half a byte in GGUF.
     */
    private static long heapMebibytes(Component engine, Path chosen) throws IOException {
        boolean single = Files.isRegularFile(chosen);
        long bytes = 0;
        if (single) {
            bytes = Files.size(chosen);
        } else {
            try (var files = Files.newDirectoryStream(chosen, "*.safetensors")) {
                for (Path file : files) {
                    bytes += Files.size(file);
                }
            }
        }
        return engine.heapMebibytes() + bytes * (single ? 24 : 6) / MEBIBYTE;
    }
}
