package dev.keelson.protocol;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.keelson.protocol.v1.DemandRecord;
import dev.keelson.protocol.v1.EventRecord;
import dev.keelson.protocol.v1.ForecastRecord;
import dev.keelson.protocol.v1.RequestRecord;
import dev.keelson.protocol.v1.SloRecord;
import dev.keelson.protocol.v1.TelemetryRecord;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/**
 * Bytes to record and back for one topic. Immutable. Any bytes parse as some protobuf message more
 * often than one thinks, so decoding also asks for what every record of the topic has.
 *
 * @param <T> the topic's message
 */
public final class RecordCodec<T extends MessageLite> {
    /** Version that this release writes; it reads any version from 1 on. */
    public static final int VERSION = 1;

    public static final RecordCodec<RequestRecord> REQUESTS =
            new RecordCodec<>(
                    RequestRecord.parser(),
                    RequestRecord::getVersion,
                    RecordCodec::complete,
                    RequestRecord::getDeployment);
    public static final RecordCodec<TelemetryRecord> TELEMETRY =
            new RecordCodec<>(
                    TelemetryRecord.parser(),
                    TelemetryRecord::getVersion,
                    record -> !record.getNode().isEmpty(),
                    TelemetryRecord::getNode);
    public static final RecordCodec<EventRecord> EVENTS =
            new RecordCodec<>(
                    EventRecord.parser(),
                    EventRecord::getVersion,
                    record -> !record.getNode().isEmpty(),
                    EventRecord::getNode);
    public static final RecordCodec<DemandRecord> DEMAND =
            new RecordCodec<>(
                    DemandRecord.parser(),
                    DemandRecord::getVersion,
                    record -> record.getBodyCase() != DemandRecord.BodyCase.BODY_NOT_SET,
                    DemandRecord::getDeployment);
    public static final RecordCodec<SloRecord> SLO =
            new RecordCodec<>(
                    SloRecord.parser(),
                    SloRecord::getVersion,
                    record -> record.getSizeMs() > 0 && !record.getDeployment().isEmpty(),
                    SloRecord::getDeployment);
    public static final RecordCodec<ForecastRecord> FORECASTS =
            new RecordCodec<>(
                    ForecastRecord.parser(),
                    ForecastRecord::getVersion,
                    RecordCodec::complete,
                    ForecastRecord::getDeployment);

    private final Parser<T> parser;
    private final ToIntFunction<T> version;
    private final Predicate<T> complete;
    private final Function<T, String> key;

    private RecordCodec(
            Parser<T> parser,
            ToIntFunction<T> version,
            Predicate<T> complete,
            Function<T, String> key) {
        this.parser = parser;
        this.version = version;
        this.complete = complete;
        this.key = key;
    }

    public byte[] encode(T message) {
        return message.toByteArray();
    }

    /** The Kafka key that goes with the message. */
    public String key(T message) {
        return key.apply(message);
    }

    /**
     * @throws UndecodableRecordException when the bytes are no such record
     */
    public T decode(byte[] value) throws UndecodableRecordException {
        T message;
        try {
            message = parser.parseFrom(value);
        } catch (InvalidProtocolBufferException e) {
            throw new UndecodableRecordException("no protobuf message: " + e.getMessage());
        }
        if (version.applyAsInt(message) < 1) {
            throw new UndecodableRecordException("the version is missing");
        }
        if (!complete.test(message)) {
            throw new UndecodableRecordException("a field that every record has is missing");
        }
        return message;
    }

    private static boolean complete(RequestRecord record) {
        return switch (record.getBodyCase()) {
            case MARKER -> record.getEventTimeMs() > 0;
            case ARRIVAL, COMPLETION ->
                    record.getEventTimeMs() > 0
                            && !record.getRequestId().isEmpty()
                            && !record.getDeployment().isEmpty();
            case BODY_NOT_SET -> false;
        };
    }

    private static boolean complete(ForecastRecord record) {
        long values = (long) record.getPaths() * record.getSteps();
        return !record.getDeployment().isEmpty()
                && record.getStepMs() > 0
                && values > 0
                && record.getIndicatorsCount() > 0
                && record.getIndicatorsList().stream()
                        .allMatch(indicator -> indicator.getValuesCount() == values);
    }
}
