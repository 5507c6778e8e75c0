package dev.keelson.launcher.command;

import dev.keelson.launcher.CommandFailure;
import dev.keelson.launcher.Session;
import dev.keelson.launcher.distribution.Component;
import dev.keelson.launcher.distribution.Distribution;
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
    private final Session session;

    @Parameters(
            paramLabel = "MODEL_DIR",
            arity = "0..1",
            description = "A folder in Hugging Face layout; default the bundled model.")
    private @Nullable Path model;

    @Option(names = "--host", defaultValue = "127.0.0.1", description = "Default ${DEFAULT-VALUE}.")
    private String host = "";

    @Option(names = "--port", defaultValue = "8000", description = "Default ${DEFAULT-VALUE}.")
    private int port;

    @Option(
            names = "--served-model",
            paramLabel = "NAME",
            description = "The model's name in the API; default the folder's name.")
    private @Nullable String servedModel;

    @Option(names = "--knob", paramLabel = "K=V", description = "An engine setting; repeatable.")
    private List<String> knobs = List.of();

    ServeCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        var distribution = Distribution.current();
        Path chosen =
                model == null ? distribution.bundledModel() : model.toAbsolutePath().normalize();
        if (!Files.isRegularFile(chosen.resolve("config.json"))) {
            throw new CommandFailure(
                    "There is no model in %s.".formatted(chosen),
                    "It must be a folder with config.json, model.safetensors and tokenizer.json.");
        }
        var arguments = new ArrayList<String>();
        arguments.addAll(List.of("--model", chosen.toString(), "--host", host));
        arguments.addAll(List.of("--port", Integer.toString(port), "--served-model"));
        arguments.add(servedModel == null ? String.valueOf(chosen.getFileName()) : servedModel);
        for (String knob : knobs) {
            arguments.add("--knob");
            arguments.add(knob);
        }
        ExecLine.print(
                session,
                distribution.environment(),
                distribution.command(Component.ENGINE, arguments));
        return 0;
    }
}
