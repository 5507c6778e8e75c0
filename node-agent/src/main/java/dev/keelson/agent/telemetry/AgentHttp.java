package dev.keelson.agent.telemetry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/** {@code GET /healthz} and {@code GET /metrics}. */
public final class AgentHttp implements AutoCloseable {
    private static final String TEXT = "text/plain; charset=utf-8";

    private final HttpServer server;

    private AgentHttp(HttpServer server) {
        this.server = server;
    }

    public static AgentHttp start(String host, int port, PrometheusRegistry registry)
            throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(host, port), 0);
        var http = new AgentHttp(server);
        server.createContext("/", exchange -> http.handle(exchange, registry));
        server.setExecutor(
                Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("http-", 0).factory()));
        server.start();
        return http;
    }

    /** The port that it listens on. */
    public int port() {
        return server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange, PrometheusRegistry registry) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            if (!exchange.getRequestMethod().equals("GET")) {
                answer(exchange, 405, TEXT, "only GET\n".getBytes(StandardCharsets.UTF_8));
            } else if (path.equals("/healthz")) {
                answer(exchange, 200, TEXT, "ok\n".getBytes(StandardCharsets.UTF_8));
            } else if (path.equals("/metrics")) {
                var text = new ByteArrayOutputStream();
                var writer = PrometheusTextFormatWriter.create();
                writer.write(text, registry.scrape());
                answer(exchange, 200, writer.getContentType(), text.toByteArray());
            } else {
                answer(exchange, 404, TEXT, "not found\n".getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private static void answer(HttpExchange exchange, int status, String type, byte[] body)
            throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
