package dev.keelson.console.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.console.model.DecisionRow;
import dev.keelson.console.model.Figures;
import dev.keelson.console.model.Snapshot;
import dev.keelson.console.model.Snapshot.DeploymentRow;
import dev.keelson.console.model.Snapshot.IncidentRow;
import dev.keelson.console.model.Snapshot.NodeRow;
import dev.keelson.console.model.Snapshot.Point;
import dev.keelson.console.model.Snapshot.ReplicaRow;
import dev.keelson.console.model.Snapshot.Status;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The JSON of docs/json.md to the model's rows. Unknown fields are passed over; a missing one is
 * unknown.
 */
public final class FleetJson {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private FleetJson() {}

    /**
     * @throws IllegalArgumentException where the text is no JSON
     */
    public static JsonNode parse(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException notJson) {
            throw new IllegalArgumentException(
                    "The answer is not JSON: " + notJson.getOriginalMessage(), notJson);
        }
    }

    public static Snapshot snapshot(JsonNode json) {
        var points = list(json.path("points"), FleetJson::point);
        if (points.isEmpty() && json.path("point").isObject()) {
            points = List.of(point(json.path("point")));
        }
        return new Snapshot(
                status(json.path("status")),
                list(json.path("deployments"), FleetJson::deployment),
                list(json.path("nodes"), FleetJson::node),
                list(json.path("replicas"), FleetJson::replica),
                list(json.path("incidents"), FleetJson::incident),
                points);
    }

    public static <T> List<T> list(JsonNode array, Function<JsonNode, T> element) {
        var found = new ArrayList<T>();
        array.forEach(node -> found.add(element.apply(node)));
        return found;
    }

    public static Point point(JsonNode json) {
        return new Point(
                time(json, "time"),
                text(json, "deployment"),
                number(json, "wanted"),
                number(json, "ready"),
                number(json, "starting"),
                number(json, "draining"),
                number(json, "inFlight"),
                number(json, "queued"),
                number(json, "arrivalsPerSecond"),
                number(json, "ttftP50Seconds"),
                number(json, "ttftP99Seconds"),
                number(json, "demandAgeMs"));
    }

    public static IncidentRow incident(JsonNode json) {
        return new IncidentRow(
                text(json, "id"),
                text(json, "kind"),
                text(json, "target"),
                time(json, "openedAt"),
                number(json, "detectedMs"),
                number(json, "reroutedMs"),
                number(json, "recoveredMs"),
                json.hasNonNull("resolvedAt") ? time(json, "resolvedAt") : null,
                list(json.path("evidence"), JsonNode::asText));
    }

    public static DecisionRow decision(JsonNode json) {
        return new DecisionRow(
                text(json, "id"),
                time(json, "time"),
                text(json, "deployment"),
                text(json, "code"),
                text(json, "reason"),
                list(json.path("actions"), FleetJson::action),
                list(
                        json.path("inputs"),
                        input ->
                                new DecisionRow.Input(
                                        text(input, "name"),
                                        number(input, "value"),
                                        number(input, "ageMs"))),
                list(
                        json.path("rejected"),
                        other ->
                                new DecisionRow.Rejected(
                                        text(other, "candidate"),
                                        number(other, "predictedCost"),
                                        number(other, "predictedSlo"),
                                        text(other, "constraint"))));
    }

    private static String action(JsonNode json) {
        String type = text(json, "type");
        if (type.equals("SCALE")) {
            return "scale %s → %s"
                    .formatted(
                            Figures.number(number(json, "from")),
                            Figures.number(number(json, "to")));
        }
        String what =
                type.replaceFirst("_(REPLICA|NODE)$", "")
                        .toLowerCase(Locale.ROOT)
                        .replace('_', ' ');
        String node = text(json, "node");
        return (what + " " + text(json, "target") + (node.isEmpty() ? "" : " on " + node)).strip();
    }

    private static Status status(JsonNode json) {
        return new Status(
                json.path("state").asText("unknown"),
                number(json, "epoch"),
                json.path("paced").asBoolean(),
                json.path("breakerOpen").asBoolean(),
                list(json.path("degraded"), JsonNode::asText),
                list(json.path("freezes"), FleetJson::freeze));
    }

    private static String freeze(JsonNode json) {
        return "%s by %s until %s: %s"
                .formatted(
                        json.path("all").asBoolean() ? "Everything is frozen" : "Frozen",
                        text(json, "owner"),
                        json.hasNonNull("expiresAt")
                                ? Figures.clock(time(json, "expiresAt"))
                                : Figures.UNKNOWN,
                        text(json, "reason"));
    }

    private static DeploymentRow deployment(JsonNode json) {
        return new DeploymentRow(
                text(json, "name"),
                number(json, "wanted"),
                number(json, "minReplicas"),
                number(json, "maxReplicas"),
                number(json, "sloTtftMs"));
    }

    private static NodeRow node(JsonNode json) {
        var notice = json.path("notice");
        return new NodeRow(
                text(json, "name"),
                "%s/%s/%s".formatted(text(json, "region"), text(json, "zone"), text(json, "rack")),
                text(json, "capacityType"),
                text(json, "state"),
                json.path("cordoned").asBoolean(),
                number(json, "heartbeatAgeMs"),
                notice.hasNonNull("deadline")
                        ? "gone at " + Figures.clock(time(notice, "deadline"))
                        : "");
    }

    private static ReplicaRow replica(JsonNode json) {
        return new ReplicaRow(
                text(json, "name"),
                text(json, "deployment"),
                number(json, "revision"),
                text(json, "node"),
                text(json, "state"),
                number(json, "inFlight"),
                number(json, "queued"),
                number(json, "kvUse"),
                number(json, "startupMs"));
    }

    private static String text(JsonNode json, String field) {
        var value = json.path(field);
        return value.isNull() ? "" : value.asText("");
    }

    private static @Nullable Double number(JsonNode json, String field) {
        var value = json.path(field);
        return value.isNumber() ? Double.valueOf(value.doubleValue()) : null;
    }

    private static Instant time(JsonNode json, String field) {
        try {
            return Instant.parse(json.path(field).asText(""));
        } catch (DateTimeException notATime) {
            return Instant.EPOCH;
        }
    }
}
