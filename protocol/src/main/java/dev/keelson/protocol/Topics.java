package dev.keelson.protocol;

import java.util.List;

/** The Kafka topics of a fleet. */
public final class Topics {
    /** Arrivals, completions and markers of the gateways; key deployment. */
    public static final Topic REQUESTS = new Topic("keelson.requests.v1", 2, 256L << 20);

    /** What agents scraped; key node. */
    public static final Topic TELEMETRY = new Topic("keelson.telemetry.v1", 2, 128L << 20);

    /** Lifecycle, faults and notices from agents; key node. */
    public static final Topic EVENTS = new Topic("keelson.events.v1", 1, 32L << 20);

    /** Results of the demand job; key deployment. */
    public static final Topic DEMAND = new Topic("keelson.demand.v1", 1, 64L << 20);

    /** Results of the slo job; key deployment. */
    public static final Topic SLO = new Topic("keelson.slo.v1", 1, 64L << 20);

    /** What the forecaster expects; key deployment. Only the newest of each key matters. */
    public static final Topic FORECASTS = new Topic("keelson.forecasts.v1", 1, 32L << 20);

    public static final List<Topic> ALL =
            List.of(REQUESTS, TELEMETRY, EVENTS, DEMAND, SLO, FORECASTS);

    /** Key of requests that name no deployment of the fleet: nothing is planned for it. */
    public static final String UNKNOWN_DEPLOYMENT = "unknown";

    private Topics() {}

    /**
     * A topic as the embedded broker makes it.
     *
     * @param partitions number of partitions there; another cluster may have more
     * @param retentionBytes the most that one partition keeps, bytes
     */
    public record Topic(String name, int partitions, long retentionBytes) {}
}
