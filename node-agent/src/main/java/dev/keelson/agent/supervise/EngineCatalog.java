package dev.keelson.agent.supervise;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What this agent's own configuration lets it start. A command from outside only picks from it.
 *
 * @param programs engines by adapter name
 * @param modelRoots folders that models may lie in
 */
public record EngineCatalog(Map<String, EngineProgram> programs, List<Path> modelRoots) {
    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,127}");
    private static final Pattern KNOB = Pattern.compile("[A-Za-z][A-Za-z0-9_.-]{0,63}");
    private static final int LONGEST_VALUE = 1024;

    public EngineCatalog {
        programs = Map.copyOf(programs);
        modelRoots = List.copyOf(modelRoots);
    }

    Optional<EngineProgram> find(String engine) {
        return Optional.ofNullable(programs.get(engine));
    }

    /** Why a specification may not be started here, in words; empty where it may. */
    Optional<String> objection(ReplicaSpec spec) {
        if (!IDENTIFIER.matcher(spec.replica()).matches()) {
            return Optional.of("The replica's name holds characters that a file name must not.");
        }
        Optional<EngineProgram> program = find(spec.engine());
        if (program.isEmpty()) {
            return Optional.of(
                    "The engine '%s' is not configured on this node (%s)."
                            .formatted(spec.engine(), String.join(", ", programs.keySet())));
        }
        if (spec.servedModel().isBlank()
                || !isPlain(spec.servedModel())
                || !isPlain(spec.model())) {
            return Optional.of(
                    "The model's names must be plain text of at most %d characters."
                            .formatted(LONGEST_VALUE));
        }
        for (var knob : spec.knobs().entrySet()) {
            if (!KNOB.matcher(knob.getKey()).matches() || !isPlain(knob.getValue())) {
                return Optional.of("The knob '%s' is malformed.".formatted(knob.getKey()));
            }
        }
        if (model(program.get(), spec.model()).isEmpty()) {
            return Optional.of(modelObjection(program.get(), spec));
        }
        Optional<String> engines = program.get().adapter().objection(spec.knobs(), spec.adapters());
        return engines.isPresent() ? engines : adapterObjection(spec);
    }

    private static String modelObjection(EngineProgram program, ReplicaSpec spec) {
        String what =
                switch (program.adapter().modelForm()) {
                    case FOLDER -> "no folder inside this node's model roots";
                    case FILE -> "no file inside this node's model roots";
                    case FOLDER_OR_NAME ->
                            "no folder inside this node's model roots and none of the names in engines.%s.models of its configuration"
                                    .formatted(spec.engine());
                };
        return "The model '%s' (spec.model of the Deployment '%s') is %s."
                .formatted(spec.model(), spec.deployment(), what);
    }

    private Optional<String> adapterObjection(ReplicaSpec spec) {
        for (var adapter : spec.adapters().entrySet()) {
            if (!IDENTIFIER.matcher(adapter.getKey()).matches()) {
                return Optional.of(
                        "The adapter name '%s' is malformed.".formatted(adapter.getKey()));
            }
            if (modelDirectory(adapter.getValue()).isEmpty()) {
                return Optional.of(
                        "The adapter '%s' ('%s', spec.adapters.%s of the Deployment '%s') is no folder inside this node's model roots."
                                .formatted(
                                        adapter.getKey(),
                                        adapter.getValue(),
                                        adapter.getKey(),
                                        spec.deployment()));
            }
        }
        return Optional.empty();
    }

    /** What the engine is told of a model; empty where it must not be given that one. */
    Optional<String> model(EngineProgram program, String model) {
        return switch (program.adapter().modelForm()) {
            case FOLDER -> modelDirectory(model).map(Path::toString);
            case FILE -> inRoots(model).filter(Files::isRegularFile).map(Path::toString);
            case FOLDER_OR_NAME ->
                    modelDirectory(model)
                            .map(Path::toString)
                            .or(() -> Optional.of(model).filter(program.models()::contains));
        };
    }

    /** The real folder of a model. */
    Optional<Path> modelDirectory(String model) {
        return inRoots(model).filter(Files::isDirectory);
    }

    /** Links are followed before the roots are compared. */
    private Optional<Path> inRoots(String model) {
        for (Path root : modelRoots) {
            try {
                Path real = root.resolve(model).toRealPath();
                if (real.startsWith(root.toRealPath())) {
                    return Optional.of(real);
                }
            } catch (IOException | InvalidPathException elsewhere) {
                // Not under this root; perhaps under the next.
            }
        }
        return Optional.empty();
    }

    private static boolean isPlain(String text) {
        return text.length() <= LONGEST_VALUE && text.chars().noneMatch(c -> c < 0x20 || c == 0x7f);
    }
}
