package dev.keelson.streams.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.exchange.kafka.DemandFeed;
import dev.keelson.exchange.kafka.KafkaSettings;
import dev.keelson.exchange.kafka.RequestLog;
import dev.keelson.protocol.Topics;
import dev.keelson.protocol.v1.Arrival;
import dev.keelson.protocol.v1.Completion;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The short form of the exactly-once measurement; the figures are in docs/decisions/0002. */
final class ExactlyOnceOverKillsTest implements DemandFeed.Listener {
    private static final String PASSWORD = "generated0";

    private final InstantSource clock = InstantSource.system();
    private final Map<String, DemandFeed.Totals> totals = new HashMap<>();
    private final TreeMap<Instant, Long> arrivalsBySecond = new TreeMap<>();
    private Instant newestWindowEnd = Instant.EPOCH;
    private long undecodable;
    private long sent;
    private boolean sending = true;

    @TempDir private Path folder;

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void countsEveryRequestOnceAlthoughKafkaAndFlinkAreKilled() throws Exception {
        var ports = freePorts(4);
        var kafka = settings(ports[0]);
        var brokerConfig = write("broker.yaml", brokerYaml(ports));
        var streamsConfig = write("streams.yaml", streamsYaml(ports, kafka));
        var broker = startBroker(brokerConfig);
        var streams = startStreams(streamsConfig);
        try (var log = RequestLog.open(folder.resolve("log"), 64 << 20, kafka, "gateway-1", clock);
                var feed = new DemandFeed(kafka, "test", this, clock)) {
            log.start();
            until("first results", log, feed, () -> sent > 100 && !arrivalsBySecond.isEmpty());
            sendGarbage(kafka);
            until("a checkpoint", log, feed, () -> sent > 400 && hasCheckpoint());

            streams.kill();
            damageNewestCheckpoint();
            streams = startStreams(streamsConfig);
            fresh("kill -9 of Flink", log, feed);

            broker.kill();
            broker = startBroker(brokerConfig);
            fresh("kill -9 of Kafka", log, feed);

            sending = false;
            until("everything counted", log, feed, () -> isSettled(log));
            assertThat(log.state().getArrivals()).isEqualTo(sent);
            assertThat(log.state().getCompletions()).isEqualTo(sent);
            assertThat(total().arrivals()).isEqualTo(sent);
            assertThat(total().completions()).isEqualTo(sent);
            assertThat(total().tooLate()).isZero();
            until("windows agree", log, feed, () -> sumOfWindows() == sent);
            assertThat(undecodable).isEqualTo(1);
            System.out.printf(
                    "sent %d, late corrected %d, duplicates removed %d%n",
                    sent, total().lateCorrected(), total().duplicatesRemoved());
        } finally {
            streams.close();
            broker.close();
        }
    }

    private boolean isSettled(RequestLog log) {
        var state = log.state();
        return state.getSpooled() == 0
                && totals.containsKey("demo")
                && total().watermark().toEpochMilli() > state.getLastPublishedEventTimeMs() + 1000;
    }

    private DemandFeed.Totals total() {
        return totals.getOrDefault(
                "demo", new DemandFeed.Totals("demo", 0, 0, 0, 0, 0, Instant.EPOCH));
    }

    private long sumOfWindows() {
        return arrivalsBySecond.values().stream().mapToLong(Long::longValue).sum();
    }

    private boolean hasCheckpoint() {
        try {
            return new RestorePoints(folder.resolve("flink/checkpoints")).newestFirst().size() > 1;
        } catch (IOException e) {
            return false;
        }
    }

    /** As a disk may do it; the process must take the one before. */
    private void damageNewestCheckpoint() throws IOException {
        var points = new RestorePoints(folder.resolve("flink/checkpoints")).newestFirst();
        assertThat(points).hasSizeGreaterThan(1);
        var metadata = points.getFirst().resolve("_metadata");
        var bytes = Files.readAllBytes(metadata);
        Files.write(metadata, Arrays.copyOf(bytes, bytes.length / 2));
    }

    private void fresh(String after, RequestLog log, DemandFeed feed) {
        var from = Instant.now();
        var start = System.nanoTime();
        // First the age must be seen to have grown, or a result from before would pass.
        until(after, log, feed, () -> newestWindowEnd.isAfter(from));
        until(
                after,
                log,
                feed,
                () -> Duration.between(newestWindowEnd, Instant.now()).toMillis() <= 3_000);
        System.out.printf(
                "%s: demand no older than 3 s again after %.1f s%n",
                after, (System.nanoTime() - start) / 1e9);
    }

    /** Sends and reads on until something holds. */
    private void until(String what, RequestLog log, DemandFeed feed, BooleanSupplier condition) {
        var deadline = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waiting for: " + what).isLessThan(deadline);
            if (sending) {
                send(log);
            }
            log.tick();
            feed.poll(Duration.ofMillis(5));
            LockSupport.parkNanos(5_000_000);
        }
    }

    private void send(RequestLog log) {
        var id = "request-" + sent++;
        log.arrival(id, "demo", "tenant", Arrival.newBuilder().setPromptTokensEstimate(7).build());
        log.completion(
                id,
                Completion.newBuilder()
                        .setOutcome(Completion.Outcome.SUCCEEDED)
                        .setOutputTokens(3)
                        .setTtftSeconds(0.1)
                        .setE2ESeconds(0.2)
                        .build());
    }

    private static void sendGarbage(KafkaSettings kafka) throws Exception {
        try (var producer =
                new KafkaProducer<>(
                        kafka.producer("garbage"),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(Topics.REQUESTS.name(), new byte[] {-1, -1, 3, 7}))
                    .get();
        }
    }

    private ChildProcess startBroker(Path config) throws IOException {
        return ChildProcess.start("dev.keelson.broker.Main", config, folder.resolve("broker.log"));
    }

    private ChildProcess startStreams(Path config) throws IOException {
        return ChildProcess.start(Main.class.getName(), config, folder.resolve("streams.log"));
    }

    private static KafkaSettings settings(int port) {
        return new KafkaSettings(
                "127.0.0.1:" + port,
                Map.of(
                        "security.protocol",
                        "SASL_PLAINTEXT",
                        "sasl.mechanism",
                        "PLAIN",
                        "sasl.jaas.config",
                        "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"keelson\" password=\"%s\";"
                                .formatted(PASSWORD)));
    }

    private String brokerYaml(int[] ports) {
        return """
        data: %s
        http: {host: 127.0.0.1, port: %d}
        listen: {host: 127.0.0.1, port: %d, controllerPort: %d}
        credentials: {username: keelson, password: %s}
        """
                .formatted(folder.resolve("kafka"), ports[2], ports[0], ports[1], PASSWORD);
    }

    private String streamsYaml(int[] ports, KafkaSettings kafka) {
        var properties = new StringBuilder();
        kafka.properties()
                .forEach((key, value) -> properties.append("    %s: '%s'%n".formatted(key, value)));
        return """
        data: %s
        http: {host: 127.0.0.1, port: %d}
        kafka:
          bootstrap: %s
          properties:
        %s\
        """
                .formatted(folder.resolve("flink"), ports[3], kafka.bootstrap(), properties);
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static int[] freePorts(int count) throws IOException {
        var result = new int[count];
        var sockets = new ServerSocket[count];
        for (var i = 0; i < count; i++) {
            sockets[i] = new ServerSocket(0);
            result[i] = sockets[i].getLocalPort();
        }
        for (var socket : sockets) {
            socket.close();
        }
        return result;
    }

    @Override
    public void window(DemandFeed.Window window) {
        if (window.size().equals(Duration.ofSeconds(1))) {
            arrivalsBySecond.put(window.start(), window.arrivals());
            var end = window.start().plus(window.size());
            newestWindowEnd = end.isAfter(newestWindowEnd) ? end : newestWindowEnd;
        }
    }

    @Override
    public void totals(DemandFeed.Totals newest) {
        totals.put(newest.deployment(), newest);
    }

    @Override
    public void slo(DemandFeed.SloWindow window) {
        assertThat(window.requests()).isPositive();
    }

    @Override
    public void undecodableAtJob(long count) {
        undecodable = count;
    }
}
