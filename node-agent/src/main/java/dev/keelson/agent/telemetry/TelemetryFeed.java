package dev.keelson.agent.telemetry;

import dev.keelson.protocol.Topics;
import dev.keelson.protocol.v1.EngineSample;
import dev.keelson.protocol.v1.EventRecord;
import dev.keelson.protocol.v1.HostSample;
import dev.keelson.protocol.v1.TelemetryRecord;
import java.time.InstantSource;
import java.util.List;

/** Writes this node's telemetry and events. Not thread-safe: the agent's loop owns it. */
public final class TelemetryFeed {
    private static final int VERSION = 1;

    private final String node;
    private final RecordSink sink;
    private final InstantSource clock;
    private long telemetrySequence;
    private long eventSequence;

    public TelemetryFeed(String node, RecordSink sink, InstantSource clock) {
        this.node = node;
        this.sink = sink;
        this.clock = clock;
    }

    /** What was scraped in the last second. */
    public void sample(List<EngineSample> engines, HostSample host) {
        long now = clock.millis();
        var telemetry =
                TelemetryRecord.newBuilder()
                        .setVersion(VERSION)
                        .setNode(node)
                        .setEventTimeMs(now)
                        .setSequence(++telemetrySequence)
                        .addAllEngines(engines)
                        .setHost(host)
                        .build();
        sink.append(Topics.TELEMETRY.name(), node, telemetry.toByteArray(), now);
    }

    /**
     * Something happened.
     *
     * @param kind such as replica-state, notice or agent-started
     */
    public void event(String kind, String subject, String detail) {
        long now = clock.millis();
        var event =
                EventRecord.newBuilder()
                        .setVersion(VERSION)
                        .setNode(node)
                        .setEventTimeMs(now)
                        .setSequence(++eventSequence)
                        .setKind(kind)
                        .setSubject(subject)
                        .setDetail(detail)
                        .build();
        sink.append(Topics.EVENTS.name(), node, event.toByteArray(), now);
    }

    public long spooled() {
        return sink.spooled();
    }

    public long dropped() {
        return sink.dropped();
    }
}
