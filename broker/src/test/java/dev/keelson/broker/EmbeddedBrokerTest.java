package dev.keelson.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.protocol.Topics;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EmbeddedBrokerTest {
    @TempDir private Path folder;

    @Test
    void makesItsTopicsKeepsThemOverARestartAndLetsNoStrangerIn() throws Exception {
        var config = config();
        try (var broker = EmbeddedBroker.start(config);
                var admin = Admin.create(config.clientProperties())) {
            assertThat(broker).isNotNull();
            assertThat(topics(admin))
                    .containsAll(Topics.ALL.stream().map(Topics.Topic::name).toList());
            assertThat(timestampType(admin)).isEqualTo("LogAppendTime");
            write(config);
            assertThatThrownBy(() -> asStranger(config))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(SaslAuthenticationException.class);
        }
        try (var broker = EmbeddedBroker.start(config);
                var admin = Admin.create(config.clientProperties())) {
            assertThat(broker).isNotNull();
            var partition = new TopicPartition(Topics.REQUESTS.name(), 1);
            var end =
                    admin.listOffsets(Map.of(partition, OffsetSpec.latest()))
                            .partitionResult(partition);
            assertThat(end.get(30, TimeUnit.SECONDS).offset()).isEqualTo(1);
        }
    }

    private static Set<String> topics(Admin admin) throws Exception {
        return admin.listTopics().names().get(30, TimeUnit.SECONDS);
    }

    private static String timestampType(Admin admin) throws Exception {
        var resource = new ConfigResource(ConfigResource.Type.TOPIC, Topics.DEMAND.name());
        var configs = admin.describeConfigs(List.of(resource)).all().get(30, TimeUnit.SECONDS);
        return Objects.requireNonNull(configs.get(resource)).get("message.timestamp.type").value();
    }

    private static void write(BrokerConfig config) throws Exception {
        try (var producer =
                new KafkaProducer<>(
                        config.clientProperties(),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            var value = "value".getBytes(StandardCharsets.UTF_8);
            producer.send(new ProducerRecord<>(Topics.REQUESTS.name(), 1, null, value))
                    .get(30, TimeUnit.SECONDS);
        }
    }

    private static void asStranger(BrokerConfig config) throws Exception {
        var properties = new HashMap<>(config.clientProperties());
        properties.computeIfPresent(
                "sasl.jaas.config",
                (key, value) -> value.toString().replace("password0", "guessed"));
        try (var admin = Admin.create(properties)) {
            topics(admin);
        }
    }

    private BrokerConfig config() throws IOException {
        try (var one = new ServerSocket(0);
                var two = new ServerSocket(0)) {
            return new BrokerConfig(
                    folder.resolve("kafka"),
                    "127.0.0.1",
                    0,
                    "127.0.0.1",
                    one.getLocalPort(),
                    two.getLocalPort(),
                    "keelson",
                    "password0",
                    false);
        }
    }
}
