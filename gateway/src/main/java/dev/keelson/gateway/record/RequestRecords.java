package dev.keelson.gateway.record;

import dev.keelson.protocol.v1.Arrival;
import dev.keelson.protocol.v1.Completion;
import dev.keelson.protocol.v1.RequestLogState;

/** Where the two records of each request go. Thread-safe; never waits for Kafka. */
public interface RequestRecords {
    /** A request was received, whatever becomes of it. */
    void arrival(String requestId, String deployment, String tenant, Arrival arrival);

    /** How it ended. */
    void completion(String requestId, Completion completion);

    /** False in a fleet without Kafka: records stay on disk up to the bound. */
    boolean isPublished();

    /** Totals for the control plane. */
    RequestLogState state();
}
