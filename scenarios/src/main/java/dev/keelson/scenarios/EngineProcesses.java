package dev.keelson.scenarios;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.NoSuchElementException;

/** The processes of one replica's engine, by the kernel's word. */
final class EngineProcesses {
    /** The kernel keeps so many bytes of a name. */
    private static final int NAME = 15;

    /** Place of the session in stat, counted from the state. */
    private static final int SESSION = 3;

    private EngineProcesses() {}

    /**
     * Living processes of the session that an agent made for an engine. Not by their environment:
     * vLLM's write their titles over it.
     *
     * @param leader the engine's process, which may have ended
     */
    static List<Long> of(long leader) {
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(Fleet::isAlive)
                .filter(pid -> session(pid) == leader)
                .toList();
    }

    /** The one of that name; the leader where it is empty. */
    static long named(long leader, String name) {
        String kept = name.substring(0, Math.min(NAME, name.length()));
        return name.isEmpty()
                ? leader
                : of(leader).stream()
                        .filter(pid -> read(pid, "comm").strip().startsWith(kept))
                        .findFirst()
                        .orElseThrow(() -> new NoSuchElementException("No process " + name));
    }

    /** 0 where it is gone. */
    private static long session(long pid) {
        String stat = read(pid, "stat");
        // A name may hold spaces and brackets; behind its last one stand state, parent, group,
        // session.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
        return fields.length > SESSION ? Long.parseLong(fields[SESSION]) : 0;
    }

    /** What its health page answers; 0 where nothing answers within two seconds. */
    static int health(String url) {
        try {
            var connection =
                    (HttpURLConnection) URI.create(url + "/health").toURL().openConnection();
            connection.setConnectTimeout(2_000);
            connection.setReadTimeout(2_000);
            return connection.getResponseCode();
        } catch (IOException silent) {
            return 0;
        }
    }

    private static String read(long pid, String file) {
        try {
            return Files.readString(
                    Path.of("/proc/" + pid + "/" + file), StandardCharsets.ISO_8859_1);
        } catch (IOException gone) {
            return "";
        }
    }
}
