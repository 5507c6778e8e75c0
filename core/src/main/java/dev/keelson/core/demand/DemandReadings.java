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
 */
public record DemandReadings(
        @Nullable Reading inFlight,
        @Nullable Reading queued,
        @Nullable Reading arrivalsPerSecond,
        @Nullable Reading outputTokensPerSecond,
        @Nullable Reading ttftP99Seconds) {
    public static final DemandReadings UNKNOWN = new DemandReadings(null, null, null, null, null);
}
