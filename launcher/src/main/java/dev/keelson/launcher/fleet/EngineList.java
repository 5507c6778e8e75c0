package dev.keelson.launcher.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The engines that the agents of a data folder have written down. */
public final class EngineList {
    private static final ObjectMapper JSON = new ObjectMapper();

    private EngineList() {}

    /**
     * One engine of one node.
     *
     * @param startTicks field 22 of its {@code /proc/PID/stat}
     * @param phase the agent's word, such as READY
     */
    public record Engine(
            String node,
            String replica,
            String deployment,
            long pid,
            long startTicks,
            String phase) {
        /** True while that very process runs. */
        public boolean runs() {
            return ProcessTable.runs(pid, startTicks);
        }
    }

    /** All that still run, by node and replica. */
    public static List<Engine> running(FleetFolder folder) {
        var engines = new ArrayList<Engine>();
        if (Files.isDirectory(folder.nodes())) {
            try (DirectoryStream<Path> nodes = Files.newDirectoryStream(folder.nodes())) {
                for (Path node : nodes) {
                    engines.addAll(ofNode(folder, String.valueOf(node.getFileName())));
                }
            } catch (IOException e) {
                // A folder that goes away while it is read holds no engines.
            }
        }
        engines.sort(Comparator.comparing(Engine::node).thenComparing(Engine::replica));
        return engines;
    }

    /** Those of one node that still run. */
    public static List<Engine> ofNode(FleetFolder folder, String node) {
        var engines = new ArrayList<Engine>();
        try {
            Path file = folder.node(node).resolve("engines.json");
            for (JsonNode engine : JSON.readTree(Files.readString(file)).path("engines")) {
                var found =
                        new Engine(
                                node,
                                engine.path("replica").asText(),
                                engine.path("deployment").asText(),
                                engine.path("pid").asLong(),
                                engine.path("startTicks").asLong(),
                                engine.path("phase").asText());
                if (found.runs()) {
                    engines.add(found);
                }
            }
        } catch (IOException e) {
            // No file yet, or one half written by a foreign hand: nothing is known to run.
        }
        return engines;
    }
}
