package dev.keelson.agent.supervise;

import dev.keelson.serving.engine.EngineAdapter;
import java.util.List;
import java.util.Set;

/**
 * An engine that this agent may start.
 *
 * @param adapter how it is spoken to
 * @param command first words of its argument vector
 * @param environment names of the variables that it inherits; no other reaches it
 */
public record EngineProgram(EngineAdapter adapter, List<String> command, Set<String> environment) {
    public EngineProgram {
        command = List.copyOf(command);
        environment = Set.copyOf(environment);
        if (command.isEmpty()) {
            throw new IllegalArgumentException(
                    "The command of %s must not be empty.".formatted(adapter.name()));
        }
    }
}
