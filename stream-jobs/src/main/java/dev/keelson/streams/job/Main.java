package dev.keelson.streams.job;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The process {@code flink} of a local fleet: {@code --config FILE}. */
public final class Main {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);

    private Main() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 2 || !arguments[0].equals("--config")) {
            System.err.println("Usage: dev.keelson.streams.job.Main --config FILE");
            System.exit(2);
        }
        StreamsConfig config;
        try {
            config = StreamsConfig.read(Path.of(arguments[1]));
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        try {
            run(config);
        } catch (BindException e) {
            System.err.println(
                    "The streams cannot run: %s:%d (%s)"
                            .formatted(config.httpHost(), config.httpPort(), e.getMessage()));
            System.exit(1);
        }
    }

    private static void run(StreamsConfig config) throws Exception {
        var end = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        if ("1".equals(System.getenv("KEELSON_SUPERVISED"))) {
            daemon("parent-watch", () -> awaitParent(end));
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> awaitEnd(end, ended), "shutdown"));
        var job = new AtomicReference<@Nullable LocalJob>();
        var http = serve(config, job);
        try (var running = LocalJob.start(config.data(), config.jobs())) {
            job.set(running);
            while (!end.await(1, TimeUnit.SECONDS)) {
                running.tick();
            }
        } finally {
            http.stop(0);
            ended.countDown();
        }
        System.exit(0);
    }

    private static void daemon(String name, Runnable work) {
        var thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** The supervisor holds the other end of the standard input open for as long as it lives. */
    private static void awaitParent(CountDownLatch end) {
        try {
            while (System.in.read() >= 0) {
                // What a person types is not for this process.
            }
        } catch (IOException e) {
            LOG.debug("The standard input broke: the supervisor is gone.");
        }
        end.countDown();
    }

    private static void awaitEnd(CountDownLatch end, CountDownLatch ended) {
        end.countDown();
        try {
            if (!ended.await(15, TimeUnit.SECONDS)) {
                LOG.warn("The end took too long; checkpoints on disk are whole all the same.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static HttpServer serve(StreamsConfig config, AtomicReference<@Nullable LocalJob> job)
            throws IOException {
        var server =
                HttpServer.create(new InetSocketAddress(config.httpHost(), config.httpPort()), 16);
        server.createContext(
                "/healthz",
                exchange -> {
                    var status = state(job).status();
                    var running = status.equals("RUNNING");
                    answer(exchange, running ? 200 : 503, status + "\n");
                });
        server.createContext("/metrics", exchange -> answer(exchange, 200, metrics(state(job))));
        server.start();
        return server;
    }

    private static LocalJob.State state(AtomicReference<@Nullable LocalJob> job) {
        var running = job.get();
        return running == null ? new LocalJob.State("STARTING", 0, 0, 0) : running.state();
    }

    private static String metrics(LocalJob.State state) {
        var age =
                state.checkpointMs() == 0
                        ? Double.NaN
                        : (System.currentTimeMillis() - state.checkpointMs()) / 1e3;
        return """
        # TYPE keelson_streams_running gauge
        keelson_streams_running %d
        # TYPE keelson_streams_checkpoint_age_seconds gauge
        keelson_streams_checkpoint_age_seconds %s
        # TYPE keelson_streams_resubmissions_total counter
        keelson_streams_resubmissions_total %d
        """
                .formatted(state.status().equals("RUNNING") ? 1 : 0, age, state.fallbacks());
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        try (exchange) {
            var bytes = text.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4");
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }
}
