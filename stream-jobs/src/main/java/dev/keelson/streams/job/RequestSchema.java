package dev.keelson.streams.job;

import dev.keelson.streams.function.RequestDecoder;
import dev.keelson.streams.function.RequestEvent;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decodes at the source; says where an undecodable record lies, at most once a minute. */
final class RequestSchema implements KafkaRecordDeserializationSchema<RequestEvent> {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(RequestSchema.class);
    private static final long QUIET_MS = 60_000;

    private transient long quietUntilMs;

    @Override
    public void deserialize(
            ConsumerRecord<byte[], byte[]> record, Collector<RequestEvent> collector) {
        var event = RequestDecoder.decode(record.value(), record.timestamp());
        if (event.kind() == RequestEvent.Kind.UNDECODABLE && record.timestamp() >= quietUntilMs) {
            quietUntilMs = record.timestamp() + QUIET_MS;
            LOG.warn(
                    "An undecodable record of {} bytes is set aside: {}-{} at offset {}.",
                    Math.max(0, record.serializedValueSize()),
                    record.topic(),
                    record.partition(),
                    record.offset());
        }
        collector.collect(event);
    }

    @Override
    public TypeInformation<RequestEvent> getProducedType() {
        return TypeInformation.of(RequestEvent.class);
    }
}
