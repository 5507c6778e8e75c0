package dev.keelson.agent.supervise;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A real process that speaks like an engine, without a model. Knobs: {@code child=1} starts a child
 * of its own; {@code drain_ms} is how long it takes to finish after SIGTERM; {@code stuck=1} claims
 * a running request whose tokens never move, with a healthy /health.
 */
public final class StandInEngine {
    private static final AtomicLong TOKENS = new AtomicLong();

    private StandInEngine() {}

    public static void main(String[] args) throws IOException {
        Map<String, String> knobs = new HashMap<>();
        int port = 0;
        for (int i = 0; i + 1 < args.length; i += 2) {
            if (args[i].equals("--port")) {
                port = Integer.parseInt(args[i + 1]);
            } else if (args[i].equals("--knob")) {
                String[] knob = args[i + 1].split("=", 2);
                knobs.put(knob[0], knob[1]);
            }
        }
        if (knobs.containsKey("child")) {
            new ProcessBuilder("sleep", "600").start();
        }
        long drainMs = Long.parseLong(knobs.getOrDefault("drain_ms", "0"));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> finish(drainMs)));
        serve(port, knobs.containsKey("stuck") ? 1 : 0);
    }

    private static void finish(long drainMs) {
        try {
            // Nothing opens it: the time to finish is what is stood in for.
            var _ = new CountDownLatch(1).await(drainMs, TimeUnit.MILLISECONDS);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(0);
    }

    private static void serve(int port, int running) throws IOException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext(
                "/",
                exchange -> {
                    try (exchange) {
                        exchange.getRequestBody().readAllBytes();
                        byte[] body =
                                answer(exchange.getRequestURI().getPath(), running)
                                        .getBytes(StandardCharsets.UTF_8);
                        exchange.sendResponseHeaders(200, body.length);
                        exchange.getResponseBody().write(body);
                    }
                });
        server.start();
    }

    private static String answer(String path, int running) {
        return switch (path) {
            case "/metrics" ->
                    """
                    vllm:num_requests_running %d
                    vllm:num_requests_waiting 0
                    vllm:generation_tokens_total %d
                    """
                            .formatted(running, TOKENS.get());
            case "/v1/completions" -> {
                TOKENS.incrementAndGet();
                yield "{}";
            }
            default -> "ok";
        };
    }
}
