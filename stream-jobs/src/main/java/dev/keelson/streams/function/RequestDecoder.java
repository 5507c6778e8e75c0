package dev.keelson.streams.function;

import dev.keelson.protocol.RecordCodec;
import dev.keelson.protocol.UndecodableRecordException;
import dev.keelson.protocol.v1.Completion;
import dev.keelson.protocol.v1.RequestRecord;
import dev.keelson.streams.function.RequestEvent.Kind;
import org.jspecify.annotations.Nullable;

/** Bytes of the requests topic to events. Immutable. */
public final class RequestDecoder {
    private RequestDecoder() {}

    /**
     * Never fails: what is no record becomes an event of that kind.
     *
     * @param brokerTimeMs the record's time in the log, epoch milliseconds
     */
    public static RequestEvent decode(byte @Nullable [] value, long brokerTimeMs) {
        if (value == null) {
            return RequestEvent.without(Kind.UNDECODABLE, brokerTimeMs, brokerTimeMs);
        }
        try {
            return event(RecordCodec.REQUESTS.decode(value), brokerTimeMs);
        } catch (UndecodableRecordException e) {
            return RequestEvent.without(Kind.UNDECODABLE, brokerTimeMs, brokerTimeMs);
        }
    }

    private static RequestEvent event(RequestRecord record, long brokerTimeMs) {
        return switch (record.getBodyCase()) {
            case MARKER, BODY_NOT_SET ->
                    RequestEvent.without(Kind.MARKER, record.getEventTimeMs(), brokerTimeMs);
            case ARRIVAL ->
                    new RequestEvent(
                            Kind.ARRIVAL,
                            record.getDeployment(),
                            record.getTenant(),
                            record.getRequestId(),
                            record.getEventTimeMs(),
                            brokerTimeMs,
                            unsigned(record.getArrival().getPromptTokensEstimate()),
                            0,
                            false,
                            Double.NaN,
                            Double.NaN,
                            Double.NaN);
            case COMPLETION -> completion(record, record.getCompletion(), brokerTimeMs);
        };
    }

    private static RequestEvent completion(
            RequestRecord record, Completion completion, long brokerTimeMs) {
        return new RequestEvent(
                Kind.COMPLETION,
                record.getDeployment(),
                record.getTenant(),
                record.getRequestId(),
                record.getEventTimeMs(),
                brokerTimeMs,
                0,
                unsigned(completion.getOutputTokens()),
                failed(completion.getOutcome()),
                completion.hasTtftSeconds() ? completion.getTtftSeconds() : Double.NaN,
                completion.hasTpotSeconds() ? completion.getTpotSeconds() : Double.NaN,
                completion.getE2ESeconds());
    }

    /** What is the caller's doing counts against nobody. */
    private static boolean failed(Completion.Outcome outcome) {
        return switch (outcome) {
            case SHED, FAILED, BROKEN, LOST -> true;
            case SUCCEEDED, REFUSED, CANCELLED, OUTCOME_UNSPECIFIED, UNRECOGNIZED -> false;
        };
    }

    private static long unsigned(int value) {
        return Integer.toUnsignedLong(value);
    }
}
