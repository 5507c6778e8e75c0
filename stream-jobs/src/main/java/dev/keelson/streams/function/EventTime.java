package dev.keelson.streams.function;

/** How far event time may be believed. */
public final class EventTime {
    /** A record this far ahead of its broker's clock moves no watermark, milliseconds. */
    public static final long MOST_AHEAD_MS = 5_000;

    /** Records of several gateways may overtake each other's markers by this much, milliseconds. */
    public static final long SLACK_MS = 250;

    private EventTime() {}

    public static boolean isBelievable(long eventTimeMs, long brokerTimeMs) {
        return eventTimeMs <= brokerTimeMs + MOST_AHEAD_MS;
    }
}
