package dev.keelson.broker;

import dev.keelson.protocol.Topics;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A KRaft broker and controller in this process, with a durable log folder. The only place that
 * knows Kafka's internal start-up, which is no public API: the Kafka version is pinned for it.
 */
public final class EmbeddedBroker implements AutoCloseable {
    private static final int NODE = 1;
    private static final String MECHANISM = "PLAIN";

    private final KafkaRaftServer server;
    private final BrokerConfig config;

    private EmbeddedBroker(KafkaRaftServer server, BrokerConfig config) {
        this.server = server;
        this.config = config;
    }

    /**
     * Formats the folder at the first start, starts, and makes the topics that are missing.
     *
     * @throws IOException when the folder cannot be used or the topics cannot be made
     */
    public static EmbeddedBroker start(BrokerConfig config)
            throws IOException, InterruptedException {
        var logs = config.data().resolve("logs");
        formatIfNew(logs);
        var server =
                new KafkaRaftServer(
                        KafkaConfig.fromProps(properties(config, logs), false), Time.SYSTEM);
        server.startup();
        var broker = new EmbeddedBroker(server, config);
        try {
            broker.createTopics();
        } catch (IOException | InterruptedException | RuntimeException e) {
            broker.close();
            throw e;
        }
        return broker;
    }

    private static void formatIfNew(Path logs) throws IOException {
        if (Files.exists(logs.resolve("meta.properties"))) {
            return;
        }
        Files.createDirectories(logs);
        var silent =
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        try {
            new Formatter()
                    .setPrintStream(silent)
                    .setClusterId(Uuid.randomUuid().toString())
                    .setNodeId(NODE)
                    .setDirectories(List.of(logs.toString()))
                    .setMetadataLogDirectory(logs.toString())
                    .setControllerListenerName("CONTROLLER")
                    .setReleaseVersion(MetadataVersion.latestProduction())
                    .setIgnoreFormatted(true)
                    .run();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("The log folder %s could not be formatted.".formatted(logs), e);
        }
    }

    private static Properties properties(BrokerConfig config, Path logs) {
        var result = new Properties();
        result.put("process.roles", "broker,controller");
        result.put("node.id", Integer.toString(NODE));
        result.put("log.dirs", logs.toString());
        listeners(config, result);
        smallInternalTopics(result);
        smallFootprint(result);
        fastRestart(result);
        // A misspelt name must not become a topic.
        result.put("auto.create.topics.enable", "false");
        result.put("log.message.timestamp.type", "LogAppendTime");
        if (config.plainStorage()) {
            result.put("compression.type", "uncompressed");
        }
        return result;
    }

    /** Loopback, but not open to everyone on it: both listeners ask for the generated password. */
    private static void listeners(BrokerConfig config, Properties result) {
        var client = config.host() + ":" + config.port();
        var controller = config.host() + ":" + config.controllerPort();
        result.put("controller.quorum.voters", NODE + "@" + controller);
        result.put("controller.listener.names", "CONTROLLER");
        result.put("inter.broker.listener.name", "CLIENT");
        result.put("listeners", "CLIENT://%s,CONTROLLER://%s".formatted(client, controller));
        result.put("advertised.listeners", "CLIENT://" + client);
        result.put(
                "listener.security.protocol.map",
                "CLIENT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT");
        result.put("sasl.enabled.mechanisms", MECHANISM);
        result.put("sasl.mechanism.inter.broker.protocol", MECHANISM);
        result.put("sasl.mechanism.controller.protocol", MECHANISM);
        var login =
                config.login() + " user_%s=\"%s\";".formatted(config.username(), config.password());
        result.put("listener.name.client.plain.sasl.jaas.config", login);
        result.put("listener.name.controller.plain.sasl.jaas.config", login);
    }

    private static void smallInternalTopics(Properties result) {
        for (var topic : List.of("offsets.topic", "share.coordinator.state.topic")) {
            result.put(topic + ".num.partitions", "1");
            result.put(topic + ".replication.factor", "1");
        }
        result.put("share.coordinator.state.topic.min.isr", "1");
        result.put("offsets.topic.segment.bytes", "4194304");
        result.put("transaction.state.log.num.partitions", "1");
        result.put("transaction.state.log.replication.factor", "1");
        result.put("transaction.state.log.min.isr", "1");
        result.put("group.initial.rebalance.delay.ms", "0");
    }

    private static void smallFootprint(Properties result) {
        result.put("num.network.threads", "1");
        result.put("num.io.threads", "2");
        result.put("background.threads", "1");
        result.put("num.recovery.threads.per.data.dir", "1");
        result.put("num.replica.fetchers", "1");
        result.put("log.cleaner.threads", "1");
        result.put("log.cleaner.dedupe.buffer.size", "2097152"); // default: 128 MiB of heap
        result.put("log.cleaner.io.buffer.size", "65536");
        result.put("log.cleaner.backoff.ms", "60000");
        result.put("log.retention.check.interval.ms", "30000");
        result.put("socket.send.buffer.bytes", "65536");
        result.put("socket.receive.buffer.bytes", "65536");
        result.put("queued.max.requests", "64");
        result.put("log.index.size.max.bytes", "1048576"); // preallocated per open segment
        // The metadata log grows by its own no-op records only: one each 5 s instead of each 0.5 s.
        result.put("metadata.max.idle.interval.ms", "5000");
        result.put("metadata.log.max.record.bytes.between.snapshots", "4194304");
        result.put("metadata.log.segment.bytes", "8388608");
        result.put("metadata.max.retention.bytes", "16777216");
    }

    /** After a kill -9 the old registration must run out before the new broker may serve. */
    private static void fastRestart(Properties result) {
        result.put("broker.session.timeout.ms", "2000");
        result.put("broker.heartbeat.interval.ms", "500");
        result.put("controller.quorum.election.timeout.ms", "500");
        result.put("controller.quorum.fetch.timeout.ms", "1000");
        result.put("controlled.shutdown.enable", "false");
    }

    private void createTopics() throws IOException, InterruptedException {
        try (var admin = Admin.create(config.clientProperties())) {
            var there = admin.listTopics().names().get(60, TimeUnit.SECONDS);
            var missing = missing(there);
            if (!missing.isEmpty()) {
                admin.createTopics(missing).all().get(60, TimeUnit.SECONDS);
            }
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new IOException("The topics could not be made.", e);
            }
        } catch (TimeoutException e) {
            throw new IOException("The topics could not be made within 60 s.", e);
        }
    }

    private static List<NewTopic> missing(Set<String> there) {
        var result = new ArrayList<NewTopic>();
        for (var topic : Topics.ALL) {
            if (!there.contains(topic.name())) {
                var segment = Math.clamp(topic.retentionBytes() / 8, 1 << 20, 16 << 20);
                result.add(
                        new NewTopic(topic.name(), topic.partitions(), (short) 1)
                                .configs(
                                        Map.of(
                                                "message.timestamp.type",
                                                "LogAppendTime",
                                                "retention.bytes",
                                                Long.toString(topic.retentionBytes()),
                                                "retention.ms",
                                                "-1",
                                                "segment.bytes",
                                                Long.toString(segment))));
            }
        }
        return result;
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }
}
