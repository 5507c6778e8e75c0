package dev.keelson.launcher.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.launcher.CommandFailure;
import dev.keelson.launcher.Session;
import dev.keelson.launcher.fleet.EngineList;
import dev.keelson.launcher.fleet.FleetFolder;
import dev.keelson.launcher.fleet.FleetState;
import dev.keelson.launcher.rest.RestClient;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The state of a local fleet from what the supervisor and the agents wrote down, {@code /proc}, and
 * the control plane when it answers. Works with any process down.
 *
 * @param session where to look
 * @param folder which fleet
 */
record StatusReport(Session session, FleetFolder folder) {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    // Short: a stopped control plane accepts connections and answers nothing.
    private static final Duration PATIENCE = Duration.ofMillis(1500);

    ObjectNode read() {
        Optional<FleetState> found = FleetState.read(folder);
        List<EngineList.Engine> engines = EngineList.running(folder);
        ObjectNode report = NODES.objectNode();
        if (found.isEmpty()) {
            report.put("state", "stopped");
            report.putArray("processes");
            report.putArray("deployments");
            report.putArray("gateways");
            return report;
        }
        FleetState state = found.get();
        ArrayNode deployments = deployments(state, engines);
        ArrayNode processes = processes(state, engines);
        report.put("state", word(state, processes, deployments));
        if (!state.gateways().isEmpty()) {
            report.putObject("gateway").put("url", state.gateways().getFirst().url());
        }
        report.putObject("dashboard").put("url", state.controlPlaneUrl());
        report.putObject("controlPlane").put("url", state.controlPlaneUrl());
        report.set("processes", processes);
        report.set("deployments", deployments);
        ArrayNode gateways = report.putArray("gateways");
        state.gateways()
                .forEach(g -> gateways.addObject().put("name", g.name()).put("url", g.url()));
        return report;
    }

    private static ArrayNode processes(FleetState state, List<EngineList.Engine> engines) {
        ArrayNode list = NODES.arrayNode();
        if (state.supervisor().runs()) {
            add(list, state.supervisor());
        }
        state.processes().forEach(process -> add(list, process));
        for (EngineList.Engine engine : engines) {
            list.addObject()
                    .put("name", engine.replica())
                    .put("kind", "engine")
                    .put("pid", engine.pid())
                    .put("state", engine.phase().toLowerCase(java.util.Locale.ROOT))
                    .put("node", engine.node());
        }
        return list;
    }

    private static void add(ArrayNode list, FleetState.Entry process) {
        boolean runs = process.runs();
        ObjectNode node = list.addObject().put("name", process.name()).put("kind", process.kind());
        if (runs) {
            node.put("pid", process.pid());
        } else {
            node.putNull("pid");
        }
        String said = process.state();
        node.put("state", !runs && said.equals("running") ? "lost" : said);
        node.put("restarts", process.restarts());
        if (!process.note().isEmpty()) {
            node.put("note", process.note());
        }
    }

    private ArrayNode deployments(FleetState state, List<EngineList.Engine> engines) {
        if (state.phase() != FleetState.Phase.STOPPED && state.supervisor().runs()) {
            try {
                String token = Files.readString(folder.adminToken()).strip();
                var client = new RestClient(state.controlPlaneUrl(), token, PATIENCE);
                return fromControlPlane(client.get("/api/v1/deployments"));
            } catch (IOException | CommandFailure e) {
                // The engines tell what is ready; what is wanted nobody knows now.
            }
        }
        return fromEngines(engines);
    }

    private static ArrayNode fromControlPlane(JsonNode answer) {
        ArrayNode list = NODES.arrayNode();
        for (JsonNode deployment : answer) {
            ObjectNode node = list.addObject();
            for (String field :
                    new String[] {
                        "name", "model", "wanted", "ready", "starting", "draining", "demandAgeMs"
                    }) {
                if (deployment.has(field)) {
                    node.set(field, deployment.get(field));
                }
            }
        }
        return list;
    }

    private static ArrayNode fromEngines(List<EngineList.Engine> engines) {
        ArrayNode list = NODES.arrayNode();
        engines.stream()
                .map(EngineList.Engine::deployment)
                .distinct()
                .sorted()
                .forEach(name ->
                        list.addObject()
                                .put("name", name)
                                .putNull("model")
                                .putNull("wanted")
                                .put(
                                        "ready",
                                        engines.stream()
                                                .filter(e -> e.deployment().equals(name))
                                                .filter(e -> e.phase().equals("READY"))
                                                .count()));
        return list;
    }

    private static String word(FleetState state, ArrayNode processes, ArrayNode deployments) {
        boolean any = false;
        boolean allRun = true;
        for (JsonNode process : processes) {
            boolean runs = process.hasNonNull("pid");
            any |= runs;
            allRun &= runs;
        }
        if (!any) {
            return "stopped";
        }
        if (!state.supervisor().runs() || state.phase() == FleetState.Phase.STOPPING) {
            return "degraded";
        }
        boolean ready = !deployments.isEmpty();
        boolean some = false;
        for (JsonNode deployment : deployments) {
            int have = deployment.path("ready").asInt();
            ready &= have > 0 && have >= deployment.path("wanted").asInt(Integer.MAX_VALUE);
            some |= have > 0;
        }
        if (allRun && ready) {
            return "ready";
        }
        return some ? "degraded" : "starting";
    }
}
