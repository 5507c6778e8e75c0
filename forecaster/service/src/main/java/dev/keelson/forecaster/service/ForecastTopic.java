package dev.keelson.forecaster.service;

import dev.keelson.exchange.kafka.KafkaSettings;
import dev.keelson.protocol.Topics;
import dev.keelson.protocol.v1.ForecastRecord;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes forecasts. What Kafka does not take is dropped and counted: a forecast that comes late is
 * worth nothing. One thread publishes; the counts are thread-safe.
 */
final class ForecastTopic implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ForecastTopic.class);

    private final KafkaProducer<byte[], byte[]> producer;
    private final AtomicLong published = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();

    ForecastTopic(KafkaSettings kafka) {
        producer =
                new KafkaProducer<>(
                        kafka.producer("forecaster"),
                        new ByteArraySerializer(),
                        new ByteArraySerializer());
    }

    void publish(ForecastRecord forecast) {
        try {
            // The callback counts; nobody waits for the rest.
            var _ =
                    producer.send(
                            new ProducerRecord<>(
                                    Topics.FORECASTS.name(),
                                    forecast.getDeployment().getBytes(StandardCharsets.UTF_8),
                                    forecast.toByteArray()),
                            (metadata, failure) ->
                                    (failure == null ? published : dropped).incrementAndGet());
        } catch (KafkaException e) {
            dropped.incrementAndGet();
            LOG.info("A forecast was dropped: {}", e.toString());
        }
    }

    long published() {
        return published.get();
    }

    long dropped() {
        return dropped.get();
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(2));
    }
}
