package dev.keelson.controlplane.http;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.controlplane.journal.IsoTime;
import dev.keelson.controlplane.observe.FleetBoard;
import dev.keelson.controlplane.observe.GatewayBoard;
import dev.keelson.controlplane.observe.ManifestWatch;
import dev.keelson.controlplane.security.AccessTokens;
import dev.keelson.controlplane.security.AccessTokens.Caller;
import dev.keelson.controlplane.security.AuditLog;
import dev.keelson.controlplane.security.JoinTokens;
import dev.keelson.controlplane.security.Role;
import dev.keelson.controlplane.store.OperatorTable;
import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.NodeId;
import dev.keelson.core.policy.ActionClass;
import dev.keelson.core.policy.Approval;
import dev.keelson.core.policy.Autonomy;
import dev.keelson.core.policy.Freeze;
import io.javalin.http.Context;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;

/** What can be asked for: each change is checked, done unless it is a dry run, and logged. */
final class Mutations {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,6})(ms|s|m|h|d)");
    private static final Duration LONGEST = Duration.ofDays(30);
    private static final Duration APPROVED_FOR = Duration.ofMinutes(10);

    private final ObjectMapper json = new ObjectMapper();
    private final FleetBoard fleet;
    private final GatewayBoard gateways;
    private final ManifestWatch manifests;
    private final OperatorTable operators;
    private final AccessTokens tokens;
    private final JoinTokens joinTokens;
    private final AuditLog audit;
    private final String fingerprint;
    private final String grpcAddress;
    private final Runnable nudge;
    private final InstantSource clock;

    Mutations(
            FleetBoard fleet,
            GatewayBoard gateways,
            ManifestWatch manifests,
            OperatorTable operators,
            AccessTokens tokens,
            JoinTokens joinTokens,
            AuditLog audit,
            String fingerprint,
            String grpcAddress,
            Runnable nudge,
            InstantSource clock) {
        this.fleet = fleet;
        this.gateways = gateways;
        this.manifests = manifests;
        this.operators = operators;
        this.tokens = tokens;
        this.joinTokens = joinTokens;
        this.audit = audit;
        this.fingerprint = fingerprint;
        this.grpcAddress = grpcAddress;
        this.nudge = nudge;
        this.clock = clock;
    }

    /** One asked change. */
    record Asked(Caller caller, ObjectNode body, boolean dryRun) {}

    Asked read(Context ctx, Caller caller) {
        var text = ctx.body();
        try {
            var node = text.isBlank() ? json.createObjectNode() : json.readTree(text);
            if (node instanceof ObjectNode body) {
                var dryRun = body.path("dryRun");
                if (!dryRun.isMissingNode() && !dryRun.isBoolean()) {
                    throw ApiError.badRequest("The field dryRun must be true or false.", "");
                }
                return new Asked(
                        caller,
                        body,
                        dryRun.asBoolean(false) || "true".equals(ctx.queryParam("dryRun")));
            }
        } catch (JacksonException e) {
            // Said below: the parser's words may quote what was sent.
        }
        throw ApiError.badRequest("The body must be a JSON object.", "An empty body is allowed.");
    }

    ObjectNode scale(String name, Asked asked) {
        var replicas = asked.body().path("replicas");
        if (!replicas.isInt() || replicas.asInt() < 0) {
            throw ApiError.badRequest("The field replicas must be a number from 0.", "");
        }
        var deployment = id(name, DeploymentId::new, "deployment");
        var spec = manifests.inForce().deployments().get(deployment);
        if (spec == null) {
            throw ApiError.notFound("There is no deployment %s.".formatted(name));
        }
        var wanted = replicas.asInt();
        if (wanted < spec.minReplicas() || wanted > spec.maxReplicas()) {
            throw ApiError.badRequest(
                    "%d is outside the bounds %d:%d of deployment %s."
                            .formatted(wanted, spec.minReplicas(), spec.maxReplicas(), name),
                    "Change the bounds in its manifest.");
        }
        var answer = answer(asked).put("deployment", name).put("replicas", wanted);
        if (!asked.dryRun()) {
            log(asked, "scale", name, "replicas=" + wanted);
            answer.put(
                    "request",
                    operators.scale(deployment, wanted, clock.instant(), asked.caller().id()));
        }
        return answer;
    }

    ObjectNode drain(String name, Asked asked) {
        var answer = answer(asked).put("node", name);
        if (gateways.views().stream().anyMatch(view -> view.row().name().equals(name))) {
            if (!asked.dryRun()) {
                log(asked, "drain-gateway", name, "");
                gateways.leave(name);
            }
            return answer.put("gateway", true);
        }
        var node = knownNode(name);
        if (!asked.dryRun()) {
            log(asked, "drain", name, "");
            operators.drain(node, clock.instant(), asked.caller().id());
        }
        return answer;
    }

    ObjectNode cordon(String name, boolean cordoned, Asked asked) {
        var node = knownNode(name);
        if (!asked.dryRun()) {
            log(asked, cordoned ? "cordon" : "uncordon", name, "");
            fleet.change(node, row -> row.withCordoned(cordoned));
        }
        return answer(asked).put("node", name).put("cordoned", cordoned);
    }

    ObjectNode freeze(Asked asked) {
        var reason = asked.body().path("reason").asText("").strip();
        if (reason.isEmpty() || reason.length() > 400) {
            throw ApiError.badRequest("A freeze needs a reason of up to 400 characters.", "");
        }
        var expiresAt = expiry(asked.body().path("expires").asText(""), Duration.ofHours(1));
        var all = asked.body().path("all").asBoolean(false);
        if (!asked.dryRun()) {
            log(asked, "freeze", "fleet", "until %s, all=%s: %s".formatted(expiresAt, all, reason));
            operators.freeze(new Freeze(asked.caller().id(), reason, expiresAt, all));
        }
        return answer(asked)
                .put("owner", asked.caller().id())
                .put("reason", reason)
                .put("expiresAt", IsoTime.of(expiresAt))
                .put("all", all);
    }

    ObjectNode unfreeze(Asked asked) {
        var standing = operators.freezes(clock.instant()).size();
        if (!asked.dryRun()) {
            log(asked, "unfreeze", "fleet", "");
            operators.unfreeze();
        }
        return answer(asked).put("lifted", standing);
    }

    /** Lets a GUARDED class of actions act for a while. */
    ObjectNode approve(Asked asked) {
        var actionClass = actionClass(asked.body().path("class").asText(""));
        var name = asked.body().path("deployment").asText("");
        var deployment = name.isEmpty() ? null : id(name, DeploymentId::new, "deployment");
        if (deployment != null && !manifests.inForce().deployments().containsKey(deployment)) {
            throw ApiError.notFound("There is no deployment %s.".formatted(name));
        }
        var text = actionClass.name().toLowerCase(Locale.ROOT);
        var autonomy = manifests.current().autonomyOf(actionClass);
        if (autonomy != Autonomy.GUARDED) {
            throw ApiError.badRequest(
                    "Nothing of %s waits for an approval: its autonomy is %s."
                            .formatted(text, autonomy),
                    "Set it to GUARDED in the Autonomy manifest.");
        }
        var expiresAt = expiry(asked.body().path("expires").asText(""), APPROVED_FOR);
        if (!asked.dryRun()) {
            log(asked, "approve", name.isEmpty() ? "fleet" : name, text + " until " + expiresAt);
            operators.approve(
                    new Approval(asked.caller().id(), actionClass, deployment, expiresAt));
        }
        return answer(asked)
                .put("owner", asked.caller().id())
                .put("class", text)
                .put("deployment", deployment == null ? null : name)
                .put("expiresAt", IsoTime.of(expiresAt));
    }

    private static ActionClass actionClass(String text) {
        return Arrays.stream(ActionClass.values())
                .filter(c -> c.name().toLowerCase(Locale.ROOT).equals(text))
                .findFirst()
                .orElseThrow(() ->
                        ApiError.badRequest(
                                "The class of actions (%s) is not known.".formatted(text),
                                "scale, recover, spot, rollout, nodes or forecast."));
    }

    ObjectNode createToken(Asked asked) {
        var text = asked.body().path("role").asText("");
        var role =
                Role.parse(text)
                        .orElseThrow(() ->
                                ApiError.badRequest(
                                        "The role (%s) is not known.".formatted(text),
                                        "viewer, operator, policy-author or admin."));
        var answer = answer(asked).put("role", role.text());
        if (!asked.dryRun()) {
            var created = tokens.create(role, asked.caller().id());
            log(asked, "create-token", created.id(), role.text());
            answer.put("id", created.id()).put("token", created.secret());
        }
        return answer;
    }

    ObjectNode revokeToken(String id, Asked asked) {
        if (tokens.list().stream().noneMatch(token -> token.id().equals(id))) {
            throw ApiError.notFound("There is no token %s.".formatted(id));
        }
        if (!asked.dryRun()) {
            log(asked, "revoke-token", id, "");
            tokens.revoke(id);
        }
        return answer(asked).put("id", id);
    }

    ObjectNode createJoinToken(Asked asked) {
        var now = clock.instant();
        var life =
                Duration.between(
                        now, expiry(asked.body().path("expires").asText(""), JoinTokens.LIFE));
        var answer =
                answer(asked).put("controlPlane", grpcAddress).put("caFingerprint", fingerprint);
        if (!asked.dryRun()) {
            var created = joinTokens.create(life);
            log(asked, "create-join-token", created.id(), "until " + created.expiresAt());
            answer.put("id", created.id())
                    .put("token", created.secret())
                    .put("expiresAt", IsoTime.of(created.expiresAt()));
        }
        return answer;
    }

    ObjectNode revokeJoinToken(String id, Asked asked) {
        if (joinTokens.list().stream().noneMatch(token -> token.id().equals(id))) {
            throw ApiError.notFound("There is no join token %s.".formatted(id));
        }
        if (!asked.dryRun()) {
            log(asked, "revoke-join-token", id, "");
            joinTokens.revoke(id);
        }
        return answer(asked).put("id", id);
    }

    ObjectNode createLoginLink(Asked asked) {
        var answer = answer(asked);
        if (!asked.dryRun()) {
            var created = tokens.createLoginCode(asked.caller().role(), asked.caller().id());
            log(asked, "create-login-link", created.id(), "");
            answer.put("code", created.secret()).put("path", "/login?code=" + created.secret());
        }
        return answer;
    }

    private NodeId knownNode(String name) {
        var node = id(name, NodeId::new, "node");
        if (fleet.nodes().stream().noneMatch(view -> view.id().equals(node))) {
            throw ApiError.notFound("There is no node %s.".formatted(name));
        }
        return node;
    }

    private static <T> T id(
            String name, java.util.function.Function<String, T> parse, String what) {
        try {
            return parse.apply(name);
        } catch (IllegalArgumentException e) {
            throw ApiError.notFound("There is no %s of this name.".formatted(what));
        }
    }

    /** A time, or a duration from now; at most 30 days ahead. */
    private Instant expiry(String text, Duration otherwise) {
        var now = clock.instant();
        var at = text.isBlank() ? now.plus(otherwise) : parse(text, now);
        if (!at.isAfter(now) || at.isAfter(now.plus(LONGEST))) {
            throw ApiError.badRequest("The expiry must be within the next 30 days.", "");
        }
        return at;
    }

    private static Instant parse(String text, Instant now) {
        var match = DURATION.matcher(text);
        if (match.matches()) {
            var amount = Long.parseLong(match.group(1));
            return now.plus(
                    switch (match.group(2)) {
                        case "ms" -> Duration.ofMillis(amount);
                        case "s" -> Duration.ofSeconds(amount);
                        case "m" -> Duration.ofMinutes(amount);
                        case "h" -> Duration.ofHours(amount);
                        default -> Duration.ofDays(amount);
                    });
        }
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw ApiError.badRequest(
                    "The expiry must be a duration or an ISO-8601 time.",
                    "Such as 30m, 24h or 2026-01-31T12:00:00Z.");
        }
    }

    private ObjectNode answer(Asked asked) {
        return json.createObjectNode().put("dryRun", asked.dryRun());
    }

    /** Logged before it is done: no change without its author. */
    private void log(Asked asked, String action, String target, String detail) {
        audit.append(asked.caller().id(), action, target, detail);
        nudge.run();
    }
}
