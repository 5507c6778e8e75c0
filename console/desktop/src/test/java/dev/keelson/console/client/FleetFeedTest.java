package dev.keelson.console.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.keelson.console.SampleFleet;
import dev.keelson.console.client.ControlPlaneClient.Outcome;
import dev.keelson.console.model.Connection;
import dev.keelson.console.model.FleetModel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FleetFeedTest {
    private final LinkedBlockingQueue<Runnable> onModelThread = new LinkedBlockingQueue<>();
    private final LinkedBlockingQueue<String> posts = new LinkedBlockingQueue<>();
    private final CountDownLatch streamMayEnd = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final FleetModel model = new FleetModel();
    private HttpServer server;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/api/v1/", this::answer);
        server.start();
    }

    @AfterEach
    void end() {
        streamMayEnd.countDown();
        threads.shutdownNow();
        server.stop(0);
    }

    @Test
    void showsThePastThenTheStreamAndSaysWhenItBreaks() throws InterruptedException {
        try (var client = client("right")) {
            var feed = threads.submit(new FleetFeed(client, model, onModelThread::add));

            drainUntil(() -> model.connectionProperty().get() == Connection.LIVE);
            assertThat(model.points("chat")).hasSize(901);
            assertThat(model.decisions()).hasSize(2);
            assertThat(model.incidents()).hasSize(1);
            assertThat(model.statusProperty().get().degraded())
                    .containsExactly("Flink has not answered for 42 s.");
            assertThat(model.nodes())
                    .extracting(node -> node.heartbeatAgeMs())
                    .containsExactly(420.0, null);

            streamMayEnd.countDown();
            drainUntil(() -> model.connectionProperty().get() == Connection.LOST);
            drainUntil(() -> model.connectionProperty().get() == Connection.LIVE);
            assertThat(model.points("chat")).hasSize(901);
            feed.cancel(true);
        }
    }

    @Test
    void saysThatTheTokenIsWrong() throws InterruptedException {
        try (var client = client("wrong")) {
            threads.execute(new FleetFeed(client, model, onModelThread::add));

            drainUntil(() -> model.connectionProperty().get() == Connection.UNAUTHORISED);
            assertThat(client.unfreeze()).isEqualTo(new Outcome.Refused("no token", "ask for one"));
        }
    }

    @Test
    void sendsWhatTheOperatorAskedFor() throws InterruptedException {
        try (var client = client("right")) {
            assertThat(client.scale("chat", 3)).isEqualTo(new Outcome.Done());
            assertThat(client.freeze("load test", Duration.ofMinutes(30)))
                    .isEqualTo(new Outcome.Done());

            assertThat(posts)
                    .containsExactly(
                            "/api/v1/deployments/chat/scale {\"replicas\":3}",
                            "/api/v1/freeze {\"reason\":\"load test\",\"expires\":\"30m\",\"all\":false}");
        }
    }

    @Test
    void aControlPlaneThatIsGoneIsARefusalAndNotAnException() throws InterruptedException {
        server.stop(0);
        try (var client = client("right")) {
            assertThat(client.scale("chat", 3)).isInstanceOf(Outcome.Refused.class);
        }
    }

    private ControlPlaneClient client(String token) {
        return new ControlPlaneClient(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/"), token);
    }

    private void drainUntil(BooleanSupplier condition) throws InterruptedException {
        while (!condition.getAsBoolean()) {
            var change = onModelThread.poll(30, TimeUnit.SECONDS);
            assertThat(change).as("a change of the model within 30 s").isNotNull();
            if (change != null) {
                change.run();
            }
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().toString();
        if (!"Bearer right".equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            send(
                    exchange,
                    401,
                    "{\"error\":{\"code\":\"x\",\"message\":\"no token\",\"advice\":\"ask for one\"}}");
        } else if (exchange.getRequestMethod().equals("POST")) {
            posts.add(
                    path
                            + " "
                            + new String(
                                    exchange.getRequestBody().readAllBytes(),
                                    StandardCharsets.UTF_8));
            send(exchange, 200, "{}");
        } else if (path.startsWith("/api/v1/history")) {
            send(exchange, 200, SampleFleet.history());
        } else if (path.startsWith("/api/v1/decisions")) {
            send(exchange, 200, SampleFleet.decisions());
        } else if (path.startsWith("/api/v1/incidents")) {
            send(exchange, 200, SampleFleet.incidents());
        } else {
            stream(exchange);
        }
    }

    private void stream(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        try (var body = exchange.getResponseBody()) {
            body.write(
                    ": hello\n\nevent: snapshot\ndata: %s\n\n"
                            .formatted(SampleFleet.snapshot())
                            .getBytes(StandardCharsets.UTF_8));
            body.flush();
            streamMayEnd.await();
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private static void send(HttpExchange exchange, int code, String body) throws IOException {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(code, bytes.length);
        try (var out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }
}
