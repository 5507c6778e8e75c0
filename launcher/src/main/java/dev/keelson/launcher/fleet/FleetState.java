package dev.keelson.launcher.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the supervisor last wrote down: enough to find every process after its own death.
 *
 * @param phase STARTING, RUNNING, STOPPING or STOPPED
 * @param supervisor the supervisor itself
 * @param supervisorUrl its HTTP interface
 * @param controlPlaneUrl REST and web page
 * @param gateways in order of their names
 * @param processes all children, in the order of their start
 */
public record FleetState(
        Phase phase,
        Entry supervisor,
        String supervisorUrl,
        String controlPlaneUrl,
        List<Gateway> gateways,
        List<Entry> processes) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Copies the lists. */
    public FleetState {
        gateways = List.copyOf(gateways);
        processes = List.copyOf(processes);
    }

    /** Where the supervisor is in its life. */
    public enum Phase {
        STARTING,
        RUNNING,
        STOPPING,
        STOPPED
    }

    /** A gateway's name and address. */
    public record Gateway(String name, String url) {}

    /**
     * One process.
     *
     * @param pid 0 while it does not run
     * @param startTicks field 22 of its {@code /proc/PID/stat}
     * @param state waiting, running, restarting, held, stopped
     * @param restarts how often it was started again
     * @param note why it is in that state; may be empty
     */
    public record Entry(
            String name,
            String kind,
            long pid,
            long startTicks,
            String state,
            int restarts,
            String note) {
        /** True while that very process runs. */
        public boolean runs() {
            return ProcessTable.runs(pid, startTicks);
        }
    }

    /** What the folder holds; empty when no fleet was ever started there. */
    public static Optional<FleetState> read(FleetFolder folder) {
        try {
            JsonNode root = JSON.readTree(Files.readString(folder.state()));
            var gateways = new ArrayList<Gateway>();
            for (JsonNode gateway : root.path("gateways")) {
                gateways.add(
                        new Gateway(gateway.path("name").asText(), gateway.path("url").asText()));
            }
            var processes = new ArrayList<Entry>();
            for (JsonNode process : root.path("processes")) {
                processes.add(entry(process));
            }
            return Optional.of(
                    new FleetState(
                            Phase.valueOf(root.path("phase").asText("STOPPED")),
                            entry(root.path("supervisor")),
                            root.path("supervisorUrl").asText(),
                            root.path("controlPlaneUrl").asText(),
                            gateways,
                            processes));
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Writes it in one step, for the owner only. */
    public void write(FleetFolder folder) throws IOException {
        FleetFolder.write(folder.state(), toJson().toPrettyString() + "\n");
    }

    /** The document that is written and that {@code GET /state} answers. */
    public ObjectNode toJson() {
        ObjectNode root = JSON.createObjectNode();
        root.put("version", 1).put("phase", phase.name());
        root.set("supervisor", json(supervisor));
        root.put("supervisorUrl", supervisorUrl).put("controlPlaneUrl", controlPlaneUrl);
        ArrayNode gates = root.putArray("gateways");
        gateways.forEach(g -> gates.addObject().put("name", g.name()).put("url", g.url()));
        ArrayNode children = root.putArray("processes");
        processes.forEach(p -> children.add(json(p)));
        return root;
    }

    private static ObjectNode json(Entry entry) {
        return JSON.createObjectNode()
                .put("name", entry.name())
                .put("kind", entry.kind())
                .put("pid", entry.pid())
                .put("startTicks", entry.startTicks())
                .put("state", entry.state())
                .put("restarts", entry.restarts())
                .put("note", entry.note());
    }

    private static Entry entry(JsonNode node) {
        return new Entry(
                node.path("name").asText(),
                node.path("kind").asText(),
                node.path("pid").asLong(),
                node.path("startTicks").asLong(),
                node.path("state").asText(),
                node.path("restarts").asInt(),
                node.path("note").asText());
    }
}
