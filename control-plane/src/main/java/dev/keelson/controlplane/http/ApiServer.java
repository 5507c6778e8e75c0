package dev.keelson.controlplane.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.controlplane.security.AccessTokens;
import dev.keelson.controlplane.security.Role;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HttpResponseException;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** REST under /api/v1, server-sent events, the page, /healthz and /metrics. */
public final class ApiServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ApiServer.class);
    private static final String API = "/api/v1/";
    private static final long MOST_BODY_BYTES = 64 << 10;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Access access;
    private final AccessTokens tokens;
    private final FleetViews views;
    private final Reads reads;
    private final Mutations mutations;
    private final History history;
    private final EventStream events;
    private final Supplier<String> metrics;
    private final Javalin javalin;

    ApiServer(
            String host,
            int port,
            AccessTokens tokens,
            FleetViews views,
            Reads reads,
            Mutations mutations,
            History history,
            EventStream events,
            Supplier<String> metrics) {
        this.access = new Access(tokens);
        this.tokens = tokens;
        this.views = views;
        this.reads = reads;
        this.mutations = mutations;
        this.history = history;
        this.events = events;
        this.metrics = metrics;
        this.javalin = Javalin.create(this::configure).start(host, port);
    }

    public int port() {
        return javalin.port();
    }

    @Override
    public void close() {
        javalin.stop();
    }

    private void configure(JavalinConfig config) {
        config.startup.showJavalinBanner = false;
        config.concurrency.useVirtualThreads = true;
        config.http.maxRequestSize = MOST_BODY_BYTES;
        config.routes.before(ApiServer::secure);
        config.routes.exception(ApiError.class, ApiServer::refuse);
        config.routes.exception(
                HttpResponseException.class,
                (e, ctx) ->
                        error(ctx, e.getStatus(), "refused", String.valueOf(e.getMessage()), ""));
        config.routes.exception(
                Exception.class,
                (e, ctx) -> {
                    LOG.error("{} {} failed", ctx.method(), ctx.path(), e);
                    error(ctx, 500, "internal", "This failed; the log says why.", "");
                });
        config.routes.get("/healthz", ctx -> ctx.result("ok"));
        config.routes.get(
                "/metrics",
                ctx ->
                        ctx.contentType("text/plain; version=0.0.4; charset=utf-8")
                                .result(metrics.get()));
        config.routes.get("/login", this::login);
        reading(config);
        changing(config);
        config.routes.before(API + "stream", ctx -> access.require(ctx, Role.VIEWER));
        config.routes.sse(API + "stream", events::serve);
        config.routes.get("/*", WebPage::serve);
    }

    private void reading(JavalinConfig config) {
        get(config, "whoami", Role.VIEWER, this::whoami);
        get(config, "status", Role.VIEWER, ctx -> reads.answer(ctx, views.status()));
        get(config, "nodes", Role.VIEWER, ctx -> reads.answer(ctx, views.nodes()));
        get(config, "deployments", Role.VIEWER, ctx -> reads.answer(ctx, views.deployments()));
        get(
                config,
                "replicas",
                Role.VIEWER,
                ctx -> reads.answer(ctx, views.replicas("true".equals(ctx.queryParam("all")))));
        get(config, "policies", Role.VIEWER, reads::policies);
        get(config, "forecasts", Role.VIEWER, reads::forecasts);
        get(config, "tenants", Role.VIEWER, reads::tenants);
        get(config, "incidents", Role.VIEWER, reads::incidents);
        get(config, "decisions", Role.VIEWER, reads::decisions);
        get(config, "decisions/{id}", Role.VIEWER, reads::decision);
        get(config, "explain", Role.VIEWER, reads::explain);
        get(config, "counts", Role.VIEWER, ctx -> reads.answer(ctx, views.counts()));
        get(config, "freezes", Role.VIEWER, ctx -> reads.answer(ctx, views.freezes()));
        get(config, "approvals", Role.VIEWER, ctx -> reads.answer(ctx, views.approvals()));
        get(
                config,
                "history",
                Role.VIEWER,
                ctx -> reads.answer(ctx, history.last(Reads.number(ctx, "seconds", 900, 900))));
        get(config, "journal", Role.VIEWER, reads::journal);
        get(config, "audit", Role.ADMIN, reads::audit);
        get(config, "tokens", Role.ADMIN, reads::tokens);
        get(config, "join-tokens", Role.ADMIN, reads::joinTokens);
    }

    private void changing(JavalinConfig config) {
        post(
                config,
                "deployments/{name}/scale",
                Role.OPERATOR,
                (ctx, asked) -> mutations.scale(ctx.pathParam("name"), asked));
        post(
                config,
                "nodes/{name}/drain",
                Role.OPERATOR,
                (ctx, asked) -> mutations.drain(ctx.pathParam("name"), asked));
        post(
                config,
                "nodes/{name}/cordon",
                Role.OPERATOR,
                (ctx, asked) -> mutations.cordon(ctx.pathParam("name"), true, asked));
        post(
                config,
                "nodes/{name}/uncordon",
                Role.OPERATOR,
                (ctx, asked) -> mutations.cordon(ctx.pathParam("name"), false, asked));
        post(config, "freeze", Role.OPERATOR, (_, asked) -> mutations.freeze(asked));
        post(config, "unfreeze", Role.OPERATOR, (_, asked) -> mutations.unfreeze(asked));
        post(config, "approve", Role.OPERATOR, (_, asked) -> mutations.approve(asked));
        post(config, "tokens", Role.ADMIN, (_, asked) -> mutations.createToken(asked));
        post(config, "join-tokens", Role.ADMIN, (_, asked) -> mutations.createJoinToken(asked));
        post(config, "login-links", Role.VIEWER, (_, asked) -> mutations.createLoginLink(asked));
        config.routes.delete(
                API + "tokens/{id}",
                change(
                        Role.ADMIN,
                        (ctx, asked) -> mutations.revokeToken(ctx.pathParam("id"), asked)));
        config.routes.delete(
                API + "join-tokens/{id}",
                change(
                        Role.ADMIN,
                        (ctx, asked) -> mutations.revokeJoinToken(ctx.pathParam("id"), asked)));
    }

    private void get(JavalinConfig config, String path, Role role, Handler handler) {
        config.routes.get(
                API + path,
                ctx -> {
                    access.require(ctx, role);
                    handler.handle(ctx);
                });
    }

    private void post(
            JavalinConfig config,
            String path,
            Role role,
            BiFunction<Context, Mutations.Asked, ObjectNode> work) {
        config.routes.post(API + path, change(role, work));
    }

    private Handler change(Role role, BiFunction<Context, Mutations.Asked, ObjectNode> work) {
        return ctx -> {
            var caller = access.require(ctx, role);
            reads.answer(ctx, work.apply(ctx, mutations.read(ctx, caller)));
        };
    }

    private void whoami(Context ctx) {
        var caller = access.require(ctx, Role.VIEWER);
        reads.answer(
                ctx,
                JSON.createObjectNode().put("name", caller.id()).put("role", caller.role().text()));
    }

    private void login(Context ctx) {
        var code = ctx.queryParam("code");
        var session =
                (code == null
                                ? java.util.Optional.<AccessTokens.Created>empty()
                                : tokens.redeem(code))
                        .orElseThrow(() ->
                                new ApiError(
                                        401,
                                        "unauthenticated",
                                        "This link was used before or is too old.",
                                        "`keelson status` prints where the dashboard is;"
                                                + " `keelson up` prints a new link."));
        ctx.header(
                "Set-Cookie",
                "%s=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=86400"
                        .formatted(Access.COOKIE, session.secret()));
        ctx.redirect("/");
    }

    private static void secure(Context ctx) {
        ctx.header(
                "Content-Security-Policy",
                "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
                        + " object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors"
                        + " 'none'");
        ctx.header("X-Content-Type-Options", "nosniff");
        ctx.header("Referrer-Policy", "no-referrer");
        ctx.header("X-Frame-Options", "DENY");
        if (ctx.path().startsWith("/api/")) {
            ctx.header("Cache-Control", "no-store");
        }
    }

    private static void refuse(ApiError e, Context ctx) {
        if (e.status == 401) {
            ctx.header("WWW-Authenticate", "Bearer");
        }
        error(ctx, e.status, e.code, String.valueOf(e.getMessage()), e.advice);
    }

    private static void error(Context ctx, int status, String code, String message, String advice) {
        var node = JSON.createObjectNode();
        node.putObject("error").put("code", code).put("message", message).put("advice", advice);
        ctx.status(status).contentType("application/json").result(node.toString());
    }
}
