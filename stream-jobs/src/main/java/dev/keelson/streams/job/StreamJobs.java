package dev.keelson.streams.job;

import dev.keelson.protocol.Topics;
import dev.keelson.streams.function.RequestEvent;
import java.time.Duration;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamUtils;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The demand and slo jobs as one graph: both read the same topic and share its removal of
 * duplicates, so together they cost little more than one.
 */
public final class StreamJobs {
    private StreamJobs() {}

    /** Adds source, functions and sinks to the environment. */
    public static void build(StreamExecutionEnvironment environment, JobSettings settings) {
        environment.configure(
                new Configuration()
                        .set(PipelineOptions.GENERIC_TYPES, false)
                        .set(PipelineOptions.OBJECT_REUSE, true)
                        .set(PipelineOptions.AUTO_WATERMARK_INTERVAL, Duration.ofMillis(500)));
        var counted =
                environment
                        .fromSource(source(settings), BelievedWatermarks.strategy(), "requests")
                        .uid("requests")
                        .filter(event -> event.kind() != RequestEvent.Kind.MARKER)
                        .uid("without-markers")
                        .keyBy(RequestEvent::deployment, Types.STRING)
                        .process(
                                new DemandFunction(settings.lateness().toMillis()),
                                TypeInformation.of(ResultRecord.class))
                        .name("demand")
                        .uid("demand");
        if (settings.jobs().contains("demand")) {
            counted.sinkTo(sink(settings, Topics.DEMAND.name()))
                    .name("demand-results")
                    .uid("demand-results");
        }
        if (settings.jobs().contains("slo")) {
            slo(counted.getSideOutput(DemandFunction.COMPLETIONS), settings);
        }
    }

    private static void slo(DataStream<RequestEvent> completions, JobSettings settings) {
        DataStreamUtils.reinterpretAsKeyedStream(
                        completions, RequestEvent::deployment, Types.STRING)
                .process(
                        new SloFunction(settings.lateness().toMillis()),
                        TypeInformation.of(ResultRecord.class))
                .name("slo")
                .uid("slo")
                .sinkTo(sink(settings, Topics.SLO.name()))
                .name("slo-results")
                .uid("slo-results");
    }

    private static KafkaSource<RequestEvent> source(JobSettings settings) {
        return KafkaSource.<RequestEvent>builder()
                .setBootstrapServers(settings.bootstrap())
                .setTopics(Topics.REQUESTS.name())
                .setClientIdPrefix("keelson-streams")
                .setProperties(settings.source())
                .setStartingOffsets(OffsetsInitializer.earliest())
                .setDeserializer(new RequestSchema())
                .build();
    }

    /** At least once, of absolute values: a result that is written twice says the same twice. */
    private static KafkaSink<ResultRecord> sink(JobSettings settings, String topic) {
        return KafkaSink.<ResultRecord>builder()
                .setBootstrapServers(settings.bootstrap())
                .setKafkaProducerConfig(settings.sink())
                .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
                .setRecordSerializer(new ResultSchema(topic))
                .build();
    }
}
