package dev.keelson.gateway.record;

import dev.keelson.exchange.kafka.RequestLog;
import dev.keelson.protocol.v1.Arrival;
import dev.keelson.protocol.v1.Completion;
import dev.keelson.protocol.v1.RequestLogState;

/** Writes the records to the request log. */
public record LoggedRequests(RequestLog log) implements RequestRecords {
    @Override
    public void arrival(String requestId, String deployment, String tenant, Arrival arrival) {
        log.arrival(requestId, deployment, tenant, arrival);
    }

    @Override
    public void completion(String requestId, Completion completion) {
        log.completion(requestId, completion);
    }

    @Override
    public boolean isPublished() {
        return log.isPublished();
    }

    @Override
    public RequestLogState state() {
        return log.state();
    }
}
