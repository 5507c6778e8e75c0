package dev.keelson.streams.function;

/**
 * A record of the requests topic as it travels in the job.
 *
 * @param deployment empty in markers and in what could not be decoded
 * @param tenant empty there, too
 * @param requestId empty there, too
 * @param eventTimeMs gateway clock, epoch milliseconds
 * @param brokerTimeMs when the broker took it, epoch milliseconds
 * @param promptTokens estimate of an arrival
 * @param outputTokens tokens of a completion
 * @param failed whether a completion counts against the service level
 * @param ttftSeconds NaN when no token was sent
 * @param tpotSeconds NaN below two output tokens
 * @param e2eSeconds NaN in what is no completion
 */
public record RequestEvent(
        Kind kind,
        String deployment,
        String tenant,
        String requestId,
        long eventTimeMs,
        long brokerTimeMs,
        long promptTokens,
        long outputTokens,
        boolean failed,
        double ttftSeconds,
        double tpotSeconds,
        double e2eSeconds) {
    /** What the record says. */
    public enum Kind {
        ARRIVAL,
        COMPLETION,
        MARKER,
        UNDECODABLE
    }

    static RequestEvent without(Kind kind, long eventTimeMs, long brokerTimeMs) {
        return new RequestEvent(
                kind,
                "",
                "",
                "",
                eventTimeMs,
                brokerTimeMs,
                0,
                0,
                false,
                Double.NaN,
                Double.NaN,
                Double.NaN);
    }

    /** Event time that may open windows: never far ahead of the broker's. */
    public long windowTimeMs() {
        return EventTime.isBelievable(eventTimeMs, brokerTimeMs) ? eventTimeMs : brokerTimeMs;
    }
}
