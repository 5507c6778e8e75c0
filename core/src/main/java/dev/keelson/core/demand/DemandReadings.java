package dev.keelson.core.demand;

import org.jspecify.annotations.Nullable;

/**
 * What is asked of a deployment; null where nothing is known, never zero instead.
 *
 * @param inFlight requests at replicas, from the gateways
 * @param queued requests waiting at the gateways
 * @param arrivalsPerSecond newest closed window of the demand stream
 * @param outputTokensPerSecond the same window's tokens of finished requests
 * @param ttftP99Seconds newest closed window of the slo stream
 * @param promptTokensPerSecond prompt tokens to compute of the requests that arrived in the newest
 *     closed window, prefix hits subtracted
 * @param completionsPerSecond requests that finished in the newest closed window
 * @param missesPerSecond requests that ended outside the service level in it, refused and failed
 *     ones among them
 */
public record DemandReadings(
        @Nullable Reading inFlight,
        @Nullable Reading queued,
        @Nullable Reading arrivalsPerSecond,
        @Nullable Reading outputTokensPerSecond,
        @Nullable Reading ttftP99Seconds,
        @Nullable Reading promptTokensPerSecond,
        @Nullable Reading completionsPerSecond,
        @Nullable Reading missesPerSecond) {
    public static final DemandReadings UNKNOWN = new DemandReadings(null, null, null, null, null);

    /** Without what only forecasts of token work are made from. */
    public DemandReadings(
            @Nullable Reading inFlight,
            @Nullable Reading queued,
            @Nullable Reading arrivalsPerSecond,
            @Nullable Reading outputTokensPerSecond,
            @Nullable Reading ttftP99Seconds) {
        this(
                inFlight,
                queued,
                arrivalsPerSecond,
                outputTokensPerSecond,
                ttftP99Seconds,
                null,
                null,
                null);
    }
}
