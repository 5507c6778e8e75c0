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

    private EngineProcesses() {}

    /**
     * Living processes that an agent started for a replica, and their children, whatever group they
     * are in.
     */
    static List<Long> of(String replica) {
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(Fleet::isAlive)
                .filter(pid -> read(pid, "environ").contains("KEELSON_REPLICA=" + replica + "\0"))
                .toList();
    }

    /** The one of that name; the leader where it is empty. */
    static long named(String replica, long leader, String name) {
        String kept = name.substring(0, Math.min(NAME, name.length()));
        return name.isEmpty()
                ? leader
                : of(replica).stream()
                        .filter(pid -> read(pid, "comm").strip().startsWith(kept))
                        .findFirst()
                        .orElseThrow(() -> new NoSuchElementException("No process " + name));
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
