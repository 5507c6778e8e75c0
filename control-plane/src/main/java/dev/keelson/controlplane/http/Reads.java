package dev.keelson.controlplane.http;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.controlplane.journal.DatabaseJournal;
import dev.keelson.controlplane.journal.IncidentBook;
import dev.keelson.controlplane.journal.IsoTime;
import dev.keelson.controlplane.observe.ManifestWatch;
import dev.keelson.controlplane.security.AccessTokens;
import dev.keelson.controlplane.security.AuditLog;
import dev.keelson.controlplane.security.JoinTokens;
import dev.keelson.core.control.PlannerMemoryStore;
import dev.keelson.exchange.journal.JournalCodec;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.List;

/** What can be asked. */
final class Reads {
    private final ObjectMapper json = new ObjectMapper();
    private final FleetViews views;
    private final ForecastViews forecasts;
    private final TenantViews tenants;
    private final DatabaseJournal journal;
    private final IncidentBook incidents;
    private final ManifestWatch manifests;
    private final PlannerMemoryStore memory;
    private final AuditLog audit;
    private final AccessTokens tokens;
    private final JoinTokens joinTokens;
    private final InstantSource clock;

    Reads(
            FleetViews views,
            ForecastViews forecasts,
            TenantViews tenants,
            DatabaseJournal journal,
            IncidentBook incidents,
            ManifestWatch manifests,
            PlannerMemoryStore memory,
            AuditLog audit,
            AccessTokens tokens,
            JoinTokens joinTokens,
            InstantSource clock) {
        this.views = views;
        this.forecasts = forecasts;
        this.tenants = tenants;
        this.journal = journal;
        this.incidents = incidents;
        this.manifests = manifests;
        this.memory = memory;
        this.audit = audit;
        this.tokens = tokens;
        this.joinTokens = joinTokens;
        this.clock = clock;
    }

    void decisions(Context ctx) {
        var most = number(ctx, "limit", 100, 10_000);
        var list = journal.decisions(most, ctx.queryParam("deployment"));
        answer(ctx, "[" + String.join(",", list) + "]");
    }

    void decision(Context ctx) {
        answer(
                ctx,
                journal.decision(ctx.pathParam("id"))
                        .orElseThrow(() -> ApiError.notFound("There is no such decision.")));
    }

    void incidents(Context ctx) {
        answer(ctx, json.valueToTree(incidents.newest(number(ctx, "limit", 500, 5_000))));
    }

    /** Why, or why not: the decision, and what holds the deployment where it is now. */
    void explain(Context ctx) {
        var subject = ctx.queryParam("subject");
        if (subject == null || subject.isBlank()) {
            throw ApiError.badRequest(
                    "The parameter subject is missing.", "Name a decision or a deployment.");
        }
        var at = time(ctx, "at", clock.instant());
        var decision =
                journal.decision(subject).or(() -> journal.decisionAt(subject, at)).orElse(null);
        JsonNode deployment = json.nullNode();
        for (var candidate : views.deployments()) {
            if (candidate.path("name").asText().equals(subject)) {
                deployment = candidate;
            }
        }
        if (decision == null && deployment.isNull()) {
            throw ApiError.notFound("There is no decision or deployment %s.".formatted(subject));
        }
        var node = json.createObjectNode().put("subject", subject);
        node.set("decision", decision == null ? json.nullNode() : tree(decision));
        node.set("deployment", deployment);
        node.set("holds", json.valueToTree(memory.load().holds()));
        node.set("forecast", forecastOf(node));
        answer(ctx, node);
    }

    /** What is expected now of the deployment that is explained; null of the fleet. */
    private JsonNode forecastOf(JsonNode explained) {
        var name =
                explained
                        .path("deployment")
                        .path("name")
                        .asText(explained.path("decision").path("deployment").asText(""));
        var found = forecasts.of(name);
        return found == null ? json.nullNode() : found;
    }

    void forecasts(Context ctx) {
        answer(ctx, forecasts.all());
    }

    void tenants(Context ctx) {
        answer(ctx, tenants.all());
    }

    void policies(Context ctx) {
        var list = json.createArrayNode();
        var inForce = manifests.inForce();
        var all = tree(JournalCodec.encodePolicies(inForce.policies()));
        all.path("autoscaling")
                .properties()
                .forEach(entry -> add(list, "AutoscalingPolicy", entry.getKey(), entry.getValue()));
        all.path("forecasting")
                .properties()
                .forEach(entry -> add(list, "ForecastPolicy", entry.getKey(), entry.getValue()));
        all.path("accelerators")
                .properties()
                .forEach(entry -> add(list, "AcceleratorPolicy", entry.getKey(), entry.getValue()));
        add(list, "RecoveryPolicy", "fleet", all.path("recovery"));
        add(list, "SpotPolicy", "fleet", all.path("spot"));
        add(list, "Autonomy", "fleet", all.path("autonomy"));
        inForce.tenants()
                .values()
                .forEach(tenant -> add(list, "Tenant", tenant.name(), TenantViews.limits(tenant)));
        var name = ctx.queryParam("name");
        if ("text".equals(name)) {
            answer(ctx, json.createObjectNode().put("text", inForce.text()));
            return;
        }
        answer(ctx, list);
    }

    private void add(ArrayNode list, String kind, String name, JsonNode spec) {
        list.addObject()
                .put("kind", kind)
                .put("name", name)
                .put("hash", manifests.current().hash())
                .set("spec", spec);
    }

    void journal(Context ctx) throws IOException {
        var now = clock.instant();
        var from = time(ctx, "from", now.minus(Duration.ofHours(1)));
        var to = time(ctx, "to", now);
        ctx.contentType("application/x-ndjson");
        try (var out = new OutputStreamWriter(ctx.outputStream(), StandardCharsets.UTF_8)) {
            journal.export(from, to, out);
        }
    }

    void audit(Context ctx) {
        var list = json.createArrayNode();
        for (var entry : audit.newest(number(ctx, "limit", 200, 10_000))) {
            list.addObject()
                    .put("seq", entry.seq())
                    .put("time", IsoTime.of(entry.at()))
                    .put("author", entry.author())
                    .put("action", entry.action())
                    .put("target", entry.target())
                    .put("detail", entry.detail())
                    .put("previousHash", entry.previousHash())
                    .put("hash", entry.hash());
        }
        answer(ctx, list);
    }

    void tokens(Context ctx) {
        var list = json.createArrayNode();
        tokens.list()
                .forEach(token ->
                        list.addObject()
                                .put("id", token.id())
                                .put("role", token.role().text())
                                .put("createdAt", IsoTime.of(token.createdAt()))
                                .put("createdBy", token.createdBy()));
        answer(ctx, list);
    }

    void joinTokens(Context ctx) {
        var list = json.createArrayNode();
        joinTokens
                .list()
                .forEach(token ->
                        list.addObject()
                                .put("id", token.id())
                                .put("createdAt", IsoTime.of(token.createdAt()))
                                .put("expiresAt", IsoTime.of(token.expiresAt()))
                                .put("usedBy", token.usedBy()));
        answer(ctx, list);
    }

    void answer(Context ctx, JsonNode node) {
        answer(ctx, node.toString());
    }

    static void answer(Context ctx, String text) {
        ctx.contentType("application/json").result(text);
    }

    void answer(Context ctx, List<ObjectNode> nodes) {
        answer(ctx, json.valueToTree(nodes));
    }

    static int number(Context ctx, String name, int otherwise, int most) {
        var text = ctx.queryParam(name);
        if (text == null) {
            return otherwise;
        }
        try {
            var number = Integer.parseInt(text);
            if (number >= 1) {
                return Math.min(number, most);
            }
        } catch (NumberFormatException e) {
            // Said below, together with numbers out of range.
        }
        throw ApiError.badRequest(
                "The parameter %s must be a number from 1 to %d.".formatted(name, most), "");
    }

    private static Instant time(Context ctx, String name, Instant otherwise) {
        var text = ctx.queryParam(name);
        try {
            return text == null || text.isBlank() ? otherwise : Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw ApiError.badRequest(
                    "The parameter %s must be an ISO-8601 time.".formatted(name),
                    "Such as 2026-01-31T12:00:00Z.");
        }
    }

    private JsonNode tree(String text) {
        try {
            return json.readTree(text);
        } catch (JacksonException e) {
            throw new IllegalStateException("stored JSON is none", e);
        }
    }
}
