package dev.keelson.exchange.kafka;

import dev.keelson.exchange.kafka.RequestLogTotals.Open;
import dev.keelson.protocol.RecordCodec;
import dev.keelson.protocol.Topics;
import dev.keelson.protocol.v1.Arrival;
import dev.keelson.protocol.v1.Completion;
import dev.keelson.protocol.v1.Marker;
import dev.keelson.protocol.v1.RequestLogState;
import dev.keelson.protocol.v1.RequestRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;

/**
 * What a gateway received and finished, in order, on disk before anywhere else. Thread-safe; no
 * method but {@link #close} waits for Kafka. Event time is read under the log's lock, so it never
 * goes back from one record to the next while the clock does not.
 */
public final class RequestLog implements AutoCloseable {
    /**
     * Markers are this late after each full second, so that what the second holds is before them.
     */
    private static final long MARKER_OFFSET_MS = 300;

    private static final int MOST_WAITING_MARKERS = 5;

    private final String gateway;
    private final InstantSource clock;
    private final RequestLogTotals totals = new RequestLogTotals();
    private final Deque<Long> waitingMarkers = new ArrayDeque<>();
    private final SpooledPublisher publisher;
    private long markedSecond;

    /**
     * Opens the log and completes what a previous process left open as LOST.
     *
     * @param folder where the log lies
     * @param boundBytes the most it takes on disk, bytes
     * @param kafka null in a fleet without it: nothing is published, records stay up to the bound
     * @param gateway name of this gateway, in every record
     * @throws IOException when the folder cannot be used
     */
    public static RequestLog open(
            Path folder,
            long boundBytes,
            @Nullable KafkaSettings kafka,
            String gateway,
            InstantSource clock)
            throws IOException {
        return new RequestLog(
                folder,
                boundBytes,
                kafka == null ? null : () -> SpooledPublisher.producer(kafka, gateway),
                gateway,
                clock);
    }

    RequestLog(
            Path folder,
            long boundBytes,
            @Nullable Supplier<Producer<byte[], byte[]>> producers,
            String gateway,
            InstantSource clock)
            throws IOException {
        this.gateway = gateway;
        this.clock = clock;
        var spool = new Spool(folder, boundBytes, totals::encode);
        var head = spool.newestHead();
        if (head != null) {
            totals.restore(head);
            for (var entry : spool.newestEntries()) {
                totals.replay(entry);
            }
        }
        publisher = new SpooledPublisher(spool, producers, clock);
        for (var open : totals.openArrivals()) {
            var lost =
                    Completion.newBuilder()
                            .setOutcome(Completion.Outcome.LOST)
                            .setE2ESeconds(
                                    Math.max(0, clock.millis() - open.arrivalTimeMs()) / 1000.0)
                            .build();
            completion(open.requestId(), lost);
        }
    }

    /** Starts the thread that publishes. */
    public void start() {
        publisher.start();
    }

    /**
     * A request was received. Call it before anything else is done with it.
     *
     * @param requestId unique over the fleet's life
     */
    public synchronized void arrival(
            String requestId, String deployment, String tenant, Arrival arrival) {
        var now = clock.millis();
        var record = begin(requestId, deployment, tenant, now).setArrival(arrival).build();
        publish(record);
        totals.arrived(new Open(requestId, deployment, tenant, now));
    }

    /**
     * A request ended, however it did. The arrival time is filled in here.
     *
     * @return false if no such request is open; nothing is written then
     */
    public synchronized boolean completion(String requestId, Completion completion) {
        var open = totals.open(requestId);
        if (open == null) {
            return false;
        }
        var whole = completion.toBuilder().setArrivalTimeMs(open.arrivalTimeMs()).build();
        var record =
                begin(requestId, open.deployment(), open.tenant(), clock.millis())
                        .setCompletion(whole)
                        .build();
        publish(record);
        totals.completed(requestId);
        return true;
    }

    private RequestRecord.Builder begin(
            String requestId, String deployment, String tenant, long now) {
        return RequestRecord.newBuilder()
                .setVersion(RecordCodec.VERSION)
                .setGateway(gateway)
                .setDeployment(deployment)
                .setTenant(tenant)
                .setRequestId(requestId)
                .setEventTimeMs(now)
                .setSequence(totals.sequence() + 1);
    }

    private void publish(RequestRecord record) {
        publisher.append(
                Topics.REQUESTS.name(),
                record.getDeployment(),
                RecordCodec.REQUESTS.encode(record),
                record.getEventTimeMs());
    }

    /**
     * Writes this second's markers if they are due; call it about every 100 ms. While Kafka is away
     * only a few are kept: those of seconds long gone say nothing.
     */
    public synchronized void tick() {
        if (!isPublished()) {
            return;
        }
        var now = clock.millis();
        var second = Math.floorDiv(now - MARKER_OFFSET_MS, 1000L);
        if (second == markedSecond) {
            return;
        }
        markedSecond = second;
        var acknowledged = publisher.acknowledgedPosition();
        waitingMarkers.removeIf(position -> position <= acknowledged);
        if (waitingMarkers.size() >= MOST_WAITING_MARKERS) {
            return;
        }
        var known = publisher.partitions(Topics.REQUESTS.name());
        var partitions = known == 0 ? Topics.REQUESTS.partitions() : known;
        var value = RecordCodec.REQUESTS.encode(marker(now));
        for (var partition = 0; partition < partitions; partition++) {
            var position =
                    publisher.append(Topics.REQUESTS.name(), partition, null, value, now, false);
            if (partition == partitions - 1 && position > 0) {
                waitingMarkers.add(position);
            }
        }
    }

    private RequestRecord marker(long now) {
        return RequestRecord.newBuilder()
                .setVersion(RecordCodec.VERSION)
                .setGateway(gateway)
                .setEventTimeMs(now)
                .setMarker(Marker.getDefaultInstance())
                .build();
    }

    /** Do records go to Kafka? */
    public boolean isPublished() {
        return publisher.isPublishing();
    }

    /** Counts since the folder was made. */
    public synchronized RequestLogState state() {
        var state = publisher.state();
        return RequestLogState.newBuilder()
                .setArrivals(totals.arrivals())
                .setCompletions(totals.completions())
                .setPublished(state.published())
                .setSpooled(state.spooled())
                .setDropped(state.dropped())
                .setOpen(totals.openCount())
                .setLastPublishedEventTimeMs(state.lastPublishedEventTimeMs())
                .build();
    }

    /** One publishing step, for an owner that did not {@link #start} the thread. */
    public boolean doWork() {
        return publisher.doWork();
    }

    @Override
    public void close() throws IOException {
        publisher.close();
    }
}
