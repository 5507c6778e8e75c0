package dev.keelson.exchange.identity;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/** How a typed refusal travels: a gRPC status, with the reason's name in a trailer. */
public final class Refusal {
    private static final Metadata.Key<String> REASON =
            Metadata.Key.of("keelson-refusal", Metadata.ASCII_STRING_MARSHALLER);

    private Refusal() {}

    public static StatusRuntimeException of(
            Status.Code code, JoinRefused.Reason reason, String message) {
        return code.toStatus().withDescription(message).asRuntimeException(trailers(reason));
    }

    public static Metadata trailers(JoinRefused.Reason reason) {
        var trailers = new Metadata();
        trailers.put(REASON, reason.name());
        return trailers;
    }

    /** Reason that the other side named; OTHER where it named none that is known here. */
    public static JoinRefused.Reason reasonOf(StatusRuntimeException refused) {
        var trailers = refused.getTrailers();
        var name = trailers == null ? null : trailers.get(REASON);
        for (var reason : JoinRefused.Reason.values()) {
            if (reason.name().equals(name)) {
                return reason;
            }
        }
        return JoinRefused.Reason.OTHER;
    }
}
