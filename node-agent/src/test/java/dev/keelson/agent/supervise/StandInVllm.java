package dev.keelson.agent.supervise;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A real process with vLLM's manners as recorded of 0.32, without a model: a child computes, the
 * health page knows nothing of it, SIGTERM leaves open streams hanging and the process alive.
 * Options: {@code --start-stuck} never listens and ignores SIGTERM; {@code --stubborn} ignores it
 * always. A stream is open until {@code /finish}. Its log tells what it was asked and when.
 */
public final class StandInVllm {
    private static final AtomicLong TOKENS = new AtomicLong();
    private static final AtomicInteger OPEN = new AtomicInteger();
    private static final CountDownLatch FINISH = new CountDownLatch(1);

    private StandInVllm() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        List<String> options = List.of(args);
        boolean stuck = options.contains("--start-stuck");
        boolean stubborn = stuck || options.contains("--stubborn");
        new ProcessBuilder("sleep", "600").start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> terminated(stubborn)));
        System.out.println("started " + options);
        if (stuck) {
            new CountDownLatch(1).await();
        }
        int port =
                options.stream()
                        .filter(option -> option.startsWith("--port="))
                        .mapToInt(option -> Integer.parseInt(option.substring(7)))
                        .findFirst()
                        .orElseThrow();
        StandInServer.serve(port, StandInVllm::answer);
    }

    private static void terminated(boolean stubborn) {
        System.out.println("SIGTERM open=" + OPEN.get());
        if (!stubborn && OPEN.get() == 0) {
            Runtime.getRuntime().halt(0);
        }
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    private static void answer(HttpExchange exchange) throws IOException {
        String asked = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        switch (exchange.getRequestURI().getPath()) {
            case "/v1/completions" -> {
                if (asked.contains("\"stream\":true")) {
                    stream(exchange);
                } else {
                    TOKENS.incrementAndGet();
                    send(exchange, "{}");
                }
            }
            case "/metrics" -> {
                System.out.println("scrape open=" + OPEN.get());
                send(
                        exchange,
                        """
                        vllm:num_requests_running{engine="0"} %d.0
                        vllm:num_requests_waiting{engine="0"} 0.0
                        vllm:generation_tokens_total{engine="0"} %d.0
                        """
                                .formatted(OPEN.get(), TOKENS.get()));
            }
            case "/finish" -> {
                FINISH.countDown();
                send(exchange, "ok");
            }
            default -> send(exchange, "");
        }
    }

    private static void stream(HttpExchange exchange) throws IOException {
        OPEN.incrementAndGet();
        try {
            exchange.sendResponseHeaders(200, 0);
            var out = exchange.getResponseBody();
            out.write("data: first\n".getBytes(StandardCharsets.UTF_8));
            out.flush();
            FINISH.await();
            out.write("data: [DONE]\n".getBytes(StandardCharsets.UTF_8));
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        } finally {
            OPEN.decrementAndGet();
        }
    }

    private static void send(HttpExchange exchange, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }
}
