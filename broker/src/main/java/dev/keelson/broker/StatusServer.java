package dev.keelson.broker;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/** {@code /healthz} and {@code /metrics}. Thread-safe. */
final class StatusServer implements AutoCloseable {
    private final HttpServer server;
    private final long startedNanos = System.nanoTime();
    private volatile boolean ready;

    private StatusServer(HttpServer server) {
        this.server = server;
    }

    static StatusServer start(String host, int port) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(host, port), 16);
        var result = new StatusServer(server);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/healthz", exchange -> result.health(exchange));
        server.createContext("/metrics", exchange -> result.metrics(exchange));
        server.start();
        return result;
    }

    void ready() {
        ready = true;
    }

    private void health(HttpExchange exchange) throws IOException {
        answer(exchange, ready ? 200 : 503, "text/plain", ready ? "ok\n" : "starting\n");
    }

    private void metrics(HttpExchange exchange) throws IOException {
        var runtime = Runtime.getRuntime();
        var text =
                """
                # TYPE keelson_broker_ready gauge
                keelson_broker_ready %d
                # TYPE keelson_broker_uptime_seconds gauge
                keelson_broker_uptime_seconds %.3f
                # TYPE keelson_broker_heap_used_bytes gauge
                keelson_broker_heap_used_bytes %d
                """
                        .formatted(
                                ready ? 1 : 0,
                                (System.nanoTime() - startedNanos) / 1e9,
                                runtime.totalMemory() - runtime.freeMemory());
        answer(exchange, 200, "text/plain; version=0.0.4", text);
    }

    private static void answer(HttpExchange exchange, int status, String type, String text)
            throws IOException {
        try (exchange) {
            var bytes = text.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
