package dev.keelson.agent.supervise;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A real process that speaks like an engine, without a model. Knobs: {@code child=1} starts a child
 * of its own; {@code drain_ms} is how long it takes to finish after SIGTERM; {@code stuck=1} claims
 * a running request whose tokens never move, with a healthy /health; {@code places} is what it says
 * of its present {@code max_num_seqs}; {@code asleep=1} lets its model go after the first token.
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
        serve(port, knobs);
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

    private static void serve(int port, Map<String, String> knobs) throws IOException {
        StandInServer.serve(
                port,
                exchange -> {
                    byte[] asked = exchange.getRequestBody().readAllBytes();
                    if (exchange.getRequestURI().getPath().equals("/admin/drain")) {
                        // The log of the engine is where the test reads it.
                        System.out.printf(
                                "drain %s %s%n",
                                exchange.getRequestHeaders().getFirst("Authorization"),
                                new String(asked, StandardCharsets.UTF_8));
                    }
                    String path = exchange.getRequestURI().getPath();
                    boolean refuses = path.equals("/v1/completions") && isAsleep(knobs);
                    byte[] body = answer(path, knobs).getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(refuses ? 503 : 200, body.length);
                    exchange.getResponseBody().write(body);
                });
    }

    private static boolean isAsleep(Map<String, String> knobs) {
        return knobs.containsKey("asleep") && TOKENS.get() > 0;
    }

    private static String answer(String path, Map<String, String> knobs) {
        return switch (path) {
            case "/metrics" ->
                    """
                    vllm:num_requests_running %d
                    vllm:num_requests_waiting 0
                    vllm:generation_tokens_total %d
                    vllm:engine_sleep_state{sleep_state="awake"} %d
                    vllm:engine_sleep_state{sleep_state="discard_all"} %d
                    %s
                    """
                            .formatted(
                                    knobs.containsKey("stuck") ? 1 : 0,
                                    TOKENS.get(),
                                    isAsleep(knobs) ? 0 : 1,
                                    isAsleep(knobs) ? 1 : 0,
                                    knobs.containsKey("places")
                                            ? "keelson_engine_max_num_seqs " + knobs.get("places")
                                            : "");
            case "/v1/completions" -> {
                TOKENS.incrementAndGet();
                yield "{}";
            }
            default -> "ok";
        };
    }
}
