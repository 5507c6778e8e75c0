package dev.keelson.streams.job;

import java.nio.charset.StandardCharsets;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Results of one topic, by deployment. */
final class ResultSchema implements KafkaRecordSerializationSchema<ResultRecord> {
    private static final long serialVersionUID = 1L;

    private final String topic;

    ResultSchema(String topic) {
        this.topic = topic;
    }

    @Override
    public ProducerRecord<byte[], byte[]> serialize(
            ResultRecord record, KafkaSinkContext context, Long timestamp) {
        // No timestamp: the time in the log is the broker's.
        return new ProducerRecord<>(
                topic, record.key().getBytes(StandardCharsets.UTF_8), record.value());
    }
}
