package dev.keelson.launcher.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Writes what the metadata server shows. */
final class Notices {
    private Notices() {}

    /** A notice that the node will be taken away at that moment. */
    static void give(FleetFolder folder, String node, Instant deadline) throws IOException {
        FleetFolder.write(
                folder.notice(node),
                "{\"action\": \"terminate\", \"time\": \"%s\"}%n"
                        .formatted(deadline.truncatedTo(ChronoUnit.SECONDS)));
    }

    /** No notice any more. */
    static void clear(FleetFolder folder, String node) throws IOException {
        Files.deleteIfExists(folder.notice(node));
    }
}
