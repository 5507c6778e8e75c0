package dev.keelson.exchange.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With kafka-clients' own in-memory producer; the real one is in the stream jobs' tests. */
final class SpooledPublisherTest {
    private static final String TOPIC = "topic";

    private final ManualClock clock = new ManualClock();
    private final List<MockProducer<byte[], byte[]>> producers = new ArrayList<>();

    @TempDir private Path folder;
    private SpooledPublisher publisher;

    @BeforeEach
    void open() throws IOException {
        publisher =
                new SpooledPublisher(
                        new Spool(folder, 1 << 20, () -> new byte[0]), this::producer, clock);
    }

    @AfterEach
    void close() throws IOException {
        publisher.close();
    }

    @Test
    void publishesInOrderAndAcknowledgesWhatKafkaTook() {
        append("a", "b");
        publisher.doWork();
        assertThat(values(newest())).containsExactly("a", "b");
        assertThat(publisher.state().published()).isZero();

        newest().completeNext();
        publisher.doWork();
        assertThat(publisher.state()).isEqualTo(new SpooledPublisher.State(2, 1, 1, 0, 5));
    }

    @Test
    void sendsAgainFromTheFirstUnacknowledgedEntryAfterAFailure() {
        append("a", "b", "c");
        publisher.doWork();
        newest().completeNext();
        newest().errorNext(new TimeoutException("away"));
        newest().completeNext();
        publisher.doWork();
        clock.advance(Duration.ofSeconds(2));
        publisher.doWork();

        assertThat(producers).hasSize(2);
        assertThat(values(newest())).containsExactly("b", "c");
        newest().completeNext();
        newest().completeNext();
        publisher.doWork();
        assertThat(publisher.state().published()).isEqualTo(3);
        assertThat(publisher.state().spooled()).isZero();
    }

    @Test
    void countsWhatKafkaRefusesForeverAndGoesOn() {
        append("a", "b");
        publisher.doWork();
        newest().errorNext(new RecordTooLargeException("too large"));
        publisher.doWork();
        publisher.doWork();
        assertThat(values(newest())).containsExactly("b");
        assertThat(publisher.state().dropped()).isEqualTo(1);
    }

    @Test
    void doesNotWaitOnAMarkerForAPartitionThatIsNotThere() {
        publisher.append(TOPIC, 9, null, new byte[1], 5, false);
        append("a");
        publisher.doWork();
        newest().completeNext();
        publisher.doWork();
        assertThat(values(newest())).containsExactly("a");
        assertThat(publisher.state().published()).isEqualTo(1);
        assertThat(publisher.waiting()).isZero();
    }

    private void append(String... values) {
        for (var value : values) {
            publisher.append(TOPIC, "key", value.getBytes(StandardCharsets.UTF_8), 5);
        }
    }

    private MockProducer<byte[], byte[]> newest() {
        return producers.getLast();
    }

    private static List<String> values(MockProducer<byte[], byte[]> producer) {
        return producer.history().stream()
                .map(ProducerRecord::value)
                .map(value -> new String(value, StandardCharsets.UTF_8))
                .toList();
    }

    private Producer<byte[], byte[]> producer() {
        var node = new Node(1, "127.0.0.1", 1);
        var partition = new PartitionInfo(TOPIC, 0, node, new Node[] {node}, new Node[] {node});
        var cluster = new Cluster("cluster", List.of(node), List.of(partition), Set.of(), Set.of());
        var result =
                new MockProducer<byte[], byte[]>(
                        cluster, false, null, new ByteArraySerializer(), new ByteArraySerializer());
        producers.add(result);
        return result;
    }
}
