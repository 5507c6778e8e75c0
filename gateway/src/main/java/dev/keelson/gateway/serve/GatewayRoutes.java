package dev.keelson.gateway.serve;

import dev.keelson.gateway.http.HttpExchange;
import dev.keelson.gateway.route.Dispatcher;
import dev.keelson.gateway.tenant.TenantGate;
import dev.keelson.serving.openai.InvalidRequestException;
import dev.keelson.serving.openai.OpenAiError;
import dev.keelson.serving.openai.OpenAiResponses;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The paths that are served, and no others: an engine's own are never reachable through here.
 * Thread-safe.
 */
public final class GatewayRoutes implements Consumer<HttpExchange> {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayRoutes.class);
    private static final String JSON = "application/json";

    private final CompletionService completions;
    private final Dispatcher dispatcher;
    private final TenantGate tenants;
    private final GatewayMetrics metrics;
    private final long startedSeconds;

    public GatewayRoutes(
            CompletionService completions,
            Dispatcher dispatcher,
            TenantGate tenants,
            GatewayMetrics metrics,
            InstantSource clock) {
        this.completions = completions;
        this.dispatcher = dispatcher;
        this.tenants = tenants;
        this.metrics = metrics;
        this.startedSeconds = clock.instant().getEpochSecond();
    }

    @Override
    public void accept(HttpExchange exchange) {
        try {
            route(exchange);
        } catch (IOException e) {
            LOG.debug("{}: {}", exchange.request(), e.toString());
            exchange.abandon();
        }
    }

    private void route(HttpExchange exchange) throws IOException {
        String path = exchange.request().path();
        switch (path) {
            case CompletionService.COMPLETIONS, CompletionService.CHAT -> {
                if (exchange.request().method().equals("POST")) {
                    completions.serve(exchange);
                } else {
                    refuse(exchange, 405, "method_not_allowed", "POST", "Use POST.");
                }
            }
            case "/v1/models" -> models(exchange);
            // The second is what engines call it, and what clients of engines ask for.
            case "/healthz", "/health" ->
                    get(exchange, "text/plain", "ok\n".getBytes(StandardCharsets.US_ASCII));
            case "/metrics" ->
                    get(exchange, "text/plain; version=0.0.4; charset=utf-8", metrics.text());
            default -> refuse(exchange, 404, "not_found", "", "There is no such path here.");
        }
    }

    private void models(HttpExchange exchange) throws IOException {
        try {
            tenants.caller(exchange.request().header(CompletionService.AUTHORIZATION));
        } catch (InvalidRequestException e) {
            exchange.respond(
                    e.error().status(), JSON, CompletionService.CHALLENGE, e.error().toJson());
            return;
        }
        get(
                exchange,
                JSON,
                OpenAiResponses.models(
                        dispatcher.known().models().stream()
                                .map(model ->
                                        new OpenAiResponses.Model(
                                                model.name(), startedSeconds, null, model.parent()))
                                .toList(),
                        "keelson"));
    }

    private static void get(HttpExchange exchange, String type, byte[] body) throws IOException {
        String method = exchange.request().method();
        if (method.equals("GET") || method.equals("HEAD")) {
            exchange.respond(200, type, Map.of(), body);
        } else {
            refuse(exchange, 405, "method_not_allowed", "GET, HEAD", "Use GET.");
        }
    }

    private static void refuse(
            HttpExchange exchange, int status, String code, String allow, String message)
            throws IOException {
        OpenAiError error = new OpenAiError(status, message, "invalid_request_error", null, code);
        exchange.respond(
                status, JSON, allow.isEmpty() ? Map.of() : Map.of("Allow", allow), error.toJson());
    }
}
