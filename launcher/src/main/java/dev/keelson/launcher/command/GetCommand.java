package dev.keelson.launcher.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.keelson.launcher.CommandFailure;
import dev.keelson.launcher.Session;
import dev.keelson.launcher.Table;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists what the control plane knows. */
@Command(
        description =
                "Lists nodes, deployments, replicas, policies, incidents, decisions, forecasts, tenants or the history.")
final class GetCommand implements Callable<Integer> {
    private static final Map<String, List<String>> COLUMNS =
            Map.of(
                    "nodes",
                    List.of(
                            "name",
                            "zone",
                            "rack",
                            "capacityType",
                            "state",
                            "cordoned",
                            "heartbeatAgeMs"),
                    "deployments",
                    List.of("name", "model", "revision", "wanted", "ready", "draining", "queued"),
                    "replicas",
                    List.of(
                            "name",
                            "revision",
                            "node",
                            "state",
                            "asleep",
                            "url",
                            "pid",
                            "startupMs"),
                    "policies",
                    List.of("name", "kind", "file", "state"),
                    "incidents",
                    List.of(
                            "id",
                            "kind",
                            "target",
                            "openedAt",
                            "detectedMs",
                            "recoveredMs",
                            "resolvedAt"),
                    "decisions",
                    List.of("id", "time", "deployment", "actions", "reason"),
                    "forecasts",
                    List.of(
                            "name",
                            "mode",
                            "wanted",
                            "advised",
                            "demandReplicas",
                            "originAgeMs",
                            "unusable"),
                    "tenants",
                    List.of(
                            "name",
                            "weight",
                            "keys",
                            "requestsPerSecond",
                            "tokensPerMinute",
                            "concurrency",
                            "askedRequestsPerSecond",
                            "askedTokensPerMinute",
                            "inFlight"),
                    "history",
                    List.of("time", "deployment", "wanted", "ready", "inFlight", "queued"));

    private final Session session;

    @Parameters(
            index = "0",
            paramLabel = "WHAT",
            description =
                    "nodes|deployments|replicas|policies|incidents|decisions|forecasts|tenants|history")
    private String what = "";

    @Parameters(index = "1", arity = "0..1", paramLabel = "NAME", description = "Only this one.")
    private @Nullable String name;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "Most rows of decisions; seconds of history.")
    private @Nullable Integer limit;

    @Option(names = "--all", description = "Replicas that are STOPPED or FAILED too.")
    private boolean all;

    GetCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        List<String> columns = COLUMNS.get(what);
        if (columns == null) {
            throw new CommandFailure(
                    "get does not know (%s).".formatted(what),
                    "Known: " + String.join(", ", new TreeMap<>(COLUMNS).keySet()),
                    CommandFailure.USAGE);
        }
        if (limit != null && limit < 1) {
            throw new CommandFailure(
                    "--limit is %d; it must be at least 1.".formatted(limit),
                    "",
                    CommandFailure.USAGE);
        }
        JsonNode rows = selected(session.controlPlane().get("/api/v1/" + what + query()));
        if (name != null && rows.isEmpty()) {
            throw new CommandFailure(
                    "There is no (%s) among the %s.".formatted(name, what),
                    "See: keelson get " + what);
        }
        if (session.wantsJson()) {
            session.print(rows);
        } else {
            Table.print(session.out(), columns, rows);
            if (what.equals("forecasts")) {
                rows.forEach(row -> ForecastText.print(session.out(), row));
            }
        }
        return 0;
    }

    private String query() {
        if (what.equals("replicas") && all) {
            return "?all=true";
        }
        if (limit == null) {
            return "";
        }
        return what.equals("history")
                ? "?seconds=" + limit
                : what.equals("decisions") ? "?limit=" + limit : "";
    }

    private JsonNode selected(JsonNode answer) {
        ArrayNode rows = JsonNodeFactory.instance.arrayNode();
        for (JsonNode row : answer) {
            boolean named =
                    name == null
                            || (what.equals("history")
                                    && name.equals(row.path("deployment").asText()))
                            || name.equals(row.path("name").asText())
                            || name.equals(row.path("id").asText());
            boolean fits = limit == null || rows.size() < limit || what.equals("history");
            if (named && fits) {
                rows.add(row);
            }
        }
        return rows;
    }
}
