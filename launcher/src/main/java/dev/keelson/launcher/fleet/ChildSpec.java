package dev.keelson.launcher.fleet;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * How a child process is started.
 *
 * @param name unique in the fleet
 * @param kind what {@code status} shows
 * @param command argument vector
 * @param environment added to the supervisor's own
 * @param log where its output goes
 * @param restart when it is started again
 */
public record ChildSpec(
        String name,
        String kind,
        List<String> command,
        Map<String, String> environment,
        Path log,
        Restart restart) {

    /** Copies the collections. */
    public ChildSpec {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    /** When a process that ended is started again. */
    public enum Restart {
        /** However it ended. */
        ALWAYS,
        /** Unless it ended with exit code 0: it was done. */
        ON_FAILURE
    }
}
