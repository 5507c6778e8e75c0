package dev.keelson.agent.supervise;

import dev.keelson.serving.engine.EngineAdapter;
import dev.keelson.serving.engine.HangRule;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An engine that this agent may start.
 *
 * @param adapter how it is spoken to
 * @param command first words of its argument vector
 * @param environment names of the variables that it inherits
 * @param variables others, with their values; no more reach it
 * @param models names that it may be given in place of a folder
 * @param startLimit longest time from process start to the first token
 * @param hangRule when it is taken for hung
 */
public record EngineProgram(
        EngineAdapter adapter,
        List<String> command,
        Set<String> environment,
        Map<String, String> variables,
        Set<String> models,
        Duration startLimit,
        HangRule hangRule) {
    public EngineProgram {
        command = List.copyOf(command);
        environment = Set.copyOf(environment);
        variables = Map.copyOf(variables);
        models = Set.copyOf(models);
        if (command.isEmpty()) {
            throw new IllegalArgumentException(
                    "The command of %s must not be empty.".formatted(adapter.name()));
        }
    }

    /** With the adapter's own limits, and nothing but a command and what it inherits. */
    public EngineProgram(EngineAdapter adapter, List<String> command, Set<String> environment) {
        this(
                adapter,
                command,
                environment,
                Map.of(),
                Set.of(),
                adapter.startLimit(),
                adapter.hangRule());
    }
}
