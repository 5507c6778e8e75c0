package dev.keelson.launcher.fleet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.keelson.launcher.CommandFailure;
import dev.keelson.launcher.chaos.ChaosRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** The supervisor's HTTP interface on loopback (docs/contracts.md). Thread-safe. */
final class SupervisorHttp implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LARGEST_BODY_BYTES = 64 << 10;
    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final HttpServer server;
    private final LocalFleet fleet;
    private final byte[] token;
    private final InstantSource clock;
    private final Supplier<FleetState> state;
    private final Runnable down;

    SupervisorHttp(
            int port,
            LocalFleet fleet,
            String token,
            InstantSource clock,
            Supplier<FleetState> state,
            Runnable down)
            throws IOException {
        this.fleet = fleet;
        this.token = ("Bearer " + token).getBytes(StandardCharsets.UTF_8);
        this.clock = clock;
        this.state = state;
        this.down = down;
        this.server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    /** A status and a body. */
    private record Answer(int status, String type, String body) {
        static Answer json(int status, JsonNode body) {
            return new Answer(status, "application/json", body.toString());
        }

        static Answer error(int status, String code, String message, String advice) {
            ObjectNode root = JSON.createObjectNode();
            root.putObject("error").put("code", code).put("message", message).put("advice", advice);
            return json(status, root);
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Answer answer;
            try {
                answer = answer(exchange);
            } catch (CommandFailure e) {
                int status = e.exitCode() == CommandFailure.USAGE ? 400 : 409;
                answer =
                        Answer.error(status, "refused", String.valueOf(e.getMessage()), e.advice());
            } catch (JsonProcessingException e) {
                answer = Answer.error(400, "bad-json", "The body is not JSON.", "");
            } catch (RuntimeException e) {
                System.err.println("An HTTP request failed: " + e);
                answer = Answer.error(500, "internal", "The supervisor failed.", "See its log.");
            }
            byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", answer.type());
            exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private Answer answer(HttpExchange exchange) throws IOException {
        String route = exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
        if (route.equals("GET /healthz")) {
            return new Answer(200, "text/plain", "ok\n");
        }
        if (route.equals("GET /metrics")) {
            return new Answer(200, "text/plain; version=0.0.4", metrics());
        }
        String given = exchange.getRequestHeaders().getFirst("Authorization");
        if (given == null
                || !MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), token)) {
            return Answer.error(
                    401,
                    "unauthorized",
                    "The supervisor asks for its bearer token.",
                    "It is in supervisor/token under the data folder.");
        }
        return authorized(exchange, route);
    }

    private Answer authorized(HttpExchange exchange, String route) throws IOException {
        if (route.equals("GET /state")) {
            return Answer.json(200, state.get().toJson());
        }
        if (route.equals("POST /down")) {
            down.run();
            return Answer.json(202, JSON.createObjectNode().put("state", "stopping"));
        }
        if (route.equals("POST /nodes")) {
            String capacity = body(exchange).path("capacityType").asText("ON_DEMAND");
            String name = fleet.supervisor().call(() -> fleet.acquire(capacity));
            return Answer.json(201, JSON.createObjectNode().put("name", name));
        }
        if (route.startsWith("DELETE /nodes/")) {
            String name = route.substring("DELETE /nodes/".length());
            boolean known = fleet.supervisor().call(() -> fleet.release(name));
            return known
                    ? Answer.json(200, JSON.createObjectNode().put("name", name))
                    : Answer.error(404, "not-found", "There is no node (%s).".formatted(name), "");
        }
        if (route.equals("POST /chaos")) {
            return chaos(ChaosRequest.read(body(exchange)));
        }
        return Answer.error(404, "not-found", "There is no route (%s).".formatted(route), "");
    }

    private Answer chaos(ChaosRequest request) {
        // Taken before the fault: whoever measures from here measures the whole of it.
        String startedAt = MILLIS.format(clock.instant());
        String target = fleet.supervisor().call(() -> fleet.chaos(request));
        return Answer.json(
                200,
                JSON.createObjectNode()
                        .put("id", UUID.randomUUID().toString())
                        .put("action", request.action())
                        .put("target", target)
                        .put("startedAt", startedAt));
    }

    private static JsonNode body(HttpExchange exchange) throws IOException {
        byte[] bytes = exchange.getRequestBody().readNBytes(LARGEST_BODY_BYTES);
        return bytes.length == 0 ? JSON.createObjectNode() : JSON.readTree(bytes);
    }

    private String metrics() {
        var text =
                new StringBuilder(
                        """
                        # HELP keelson_supervisor_restarts_total How often a process was started again.
                        # TYPE keelson_supervisor_restarts_total counter
                        """);
        for (FleetState.Entry entry : state.get().processes()) {
            text.append(
                    "keelson_supervisor_restarts_total{process=\"%s\"} %d%n"
                            .formatted(entry.name(), entry.restarts()));
        }
        return text.toString();
    }
}
