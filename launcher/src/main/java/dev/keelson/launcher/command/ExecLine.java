package dev.keelson.launcher.command;

import dev.keelson.launcher.Session;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Tells the shell part of {@code ./keelson} what to turn into, so that a long-running process has
 * no second JVM in front of it and gets its signals itself.
 */
final class ExecLine {
    private ExecLine() {}

    static void print(Session session, Map<String, String> environment, List<String> command) {
        String variables =
                new TreeMap<>(environment)
                        .entrySet().stream()
                                .map(e -> quoted(e.getKey() + "=" + e.getValue()))
                                .collect(Collectors.joining(" "));
        session.out()
                .println(
                        "exec env "
                                + variables
                                + " "
                                + command.stream()
                                        .map(ExecLine::quoted)
                                        .collect(Collectors.joining(" ")));
    }

    /** One word for a POSIX shell. */
    static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
