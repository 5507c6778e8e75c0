package dev.keelson.exchange.kafka;

import com.google.protobuf.ByteString;
import dev.keelson.protocol.RecordCodec;
import dev.keelson.protocol.Topics;
import dev.keelson.protocol.UndecodableRecordException;
import dev.keelson.protocol.v1.DemandRecord;
import dev.keelson.protocol.v1.ForecastRecord;
import dev.keelson.protocol.v1.LatencySummary;
import dev.keelson.protocol.v1.SloRecord;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the results of the demand and slo jobs and, for who wants them, forecasts. Not thread-safe
 * but for {@link #state()}: one thread calls {@link #poll}. It begins two minutes back unless told
 * otherwise, without a consumer group, and survives Kafka's absence.
 */
public final class DemandFeed implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DemandFeed.class);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final Supplier<org.apache.kafka.clients.consumer.Consumer<byte[], byte[]>> consumers;
    private final Listener listener;
    private final @Nullable Consumer<Expected> forecasts;
    private final InstantSource clock;
    private org.apache.kafka.clients.consumer.@Nullable Consumer<byte[], byte[]> consumer;
    private Instant notBefore = Instant.MIN;
    private Instant assignAgain = Instant.MIN;
    private volatile State state = new State(false, 0, 0, null);

    /** A feed of demand. */
    public DemandFeed(
            KafkaSettings kafka, String clientId, Listener listener, InstantSource clock) {
        this(kafka, clientId, Duration.ofMinutes(2), listener, clock);
    }

    /**
     * A feed of demand and of forecasts.
     *
     * @param forecasts given each forecast, on the polling thread
     */
    public DemandFeed(
            KafkaSettings kafka,
            String clientId,
            Listener listener,
            Consumer<Expected> forecasts,
            InstantSource clock) {
        this(consumers(kafka, clientId, Duration.ofMinutes(2)), listener, forecasts, clock);
    }

    /**
     * A feed of demand that begins further back.
     *
     * @param back how much of the past it reads again, as far as Kafka still has it
     */
    public DemandFeed(
            KafkaSettings kafka,
            String clientId,
            Duration back,
            Listener listener,
            InstantSource clock) {
        this(consumers(kafka, clientId, back), listener, null, clock);
    }

    DemandFeed(
            Supplier<org.apache.kafka.clients.consumer.Consumer<byte[], byte[]>> consumers,
            Listener listener,
            @Nullable Consumer<Expected> forecasts,
            InstantSource clock) {
        this.consumers = consumers;
        this.listener = listener;
        this.forecasts = forecasts;
        this.clock = clock;
    }

    private static Supplier<org.apache.kafka.clients.consumer.Consumer<byte[], byte[]>> consumers(
            KafkaSettings kafka, String clientId, Duration back) {
        return () ->
                new KafkaConsumer<>(
                        kafka.consumer(clientId, back.toString()),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer());
    }

    private List<Topics.Topic> topics() {
        return forecasts == null
                ? List.of(Topics.DEMAND, Topics.SLO)
                : List.of(Topics.DEMAND, Topics.SLO, Topics.FORECASTS);
    }

    /**
     * Takes what has come, waiting for it as long as said; up to 5 s more when Kafka is away.
     *
     * @return number of records taken; 0 also while Kafka is away
     */
    public int poll(Duration patience) {
        if (clock.instant().isBefore(notBefore)) {
            return 0;
        }
        try {
            var from = consumer == null ? consumers.get() : consumer;
            consumer = from;
            assignWhenDue(from);
            if (from.assignment().isEmpty()) {
                // A broker that has just started may not have its topics yet.
                return 0;
            }
            var taken = 0;
            for (var record : from.poll(patience)) {
                take(record);
                taken++;
            }
            return taken;
        } catch (KafkaException e) {
            LOG.info("The feed of demand waits for Kafka: {}", e.toString());
            state = new State(false, state.records, state.undecodable, state.sample);
            notBefore = clock.instant().plus(RETRY);
            closeConsumer();
            return 0;
        }
    }

    /** All partitions, looked up again each minute: a cluster's operator may add some. */
    private void assignWhenDue(org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> from) {
        if (clock.instant().isBefore(assignAgain) && !from.assignment().isEmpty()) {
            return;
        }
        var partitions = new ArrayList<TopicPartition>();
        for (var topic : topics()) {
            for (var info : from.partitionsFor(topic.name())) {
                partitions.add(new TopicPartition(topic.name(), info.partition()));
            }
        }
        if (!from.assignment().containsAll(partitions)) {
            from.assign(partitions);
        }
        if (partitions.isEmpty()) {
            notBefore = clock.instant().plus(RETRY);
        } else {
            // In a fleet that nobody asks anything there may be nothing to read.
            state = new State(true, state.records, state.undecodable, state.sample);
        }
        assignAgain = clock.instant().plusSeconds(60);
    }

    private void take(ConsumerRecord<byte[], byte[]> record) {
        String sample = state.sample;
        var undecodable = state.undecodable;
        try {
            if (record.value() == null) {
                throw new UndecodableRecordException("the value is missing");
            }
            if (record.topic().equals(Topics.SLO.name())) {
                slo(RecordCodec.SLO.decode(record.value()));
            } else if (record.topic().equals(Topics.FORECASTS.name())) {
                forecast(RecordCodec.FORECASTS.decode(record.value()));
            } else {
                demand(RecordCodec.DEMAND.decode(record.value()));
            }
        } catch (UndecodableRecordException e) {
            undecodable++;
            sample =
                    "%s-%d@%d: %s"
                            .formatted(
                                    record.topic(),
                                    record.partition(),
                                    record.offset(),
                                    e.getMessage());
        }
        state = new State(true, state.records + 1, undecodable, sample);
    }

    private void demand(DemandRecord record) {
        switch (record.getBodyCase()) {
            case WINDOW -> {
                var window = record.getWindow();
                listener.window(
                        new Window(
                                record.getDeployment(),
                                Instant.ofEpochMilli(window.getStartMs()),
                                Duration.ofMillis(window.getSizeMs()),
                                window.getArrivals(),
                                window.getPromptTokensEstimate(),
                                window.getCompletions(),
                                window.getOutputTokens(),
                                window.getRevision(),
                                window.getClassesList().stream()
                                        .map(one ->
                                                new ClassArrivals(
                                                        one.getTenant(),
                                                        one.getPromptBelow(),
                                                        one.getArrivals()))
                                        .toList()));
            }
            case TOTALS -> {
                var totals = record.getTotals();
                if (record.getDeployment().isEmpty()) {
                    // What the job could not decode belongs to no deployment.
                    listener.undecodableAtJob(totals.getUndecodable());
                } else {
                    listener.totals(
                            new Totals(
                                    record.getDeployment(),
                                    totals.getArrivals(),
                                    totals.getCompletions(),
                                    totals.getLateCorrected(),
                                    totals.getTooLate(),
                                    totals.getDuplicatesRemoved(),
                                    Instant.ofEpochMilli(totals.getWatermarkMs())));
                }
            }
            case BODY_NOT_SET -> {}
        }
    }

    private void forecast(ForecastRecord record) throws UndecodableRecordException {
        try {
            if (forecasts != null) {
                forecasts.accept(Expected.of(record));
            }
        } catch (IllegalArgumentException e) {
            throw new UndecodableRecordException(String.valueOf(e.getMessage()));
        }
    }

    private void slo(SloRecord record) {
        listener.slo(
                new SloWindow(
                        record.getDeployment(),
                        Instant.ofEpochMilli(record.getStartMs()),
                        Duration.ofMillis(record.getSizeMs()),
                        record.getRequests(),
                        record.getFailed(),
                        latency(record.getTtft()),
                        latency(record.getTpot()),
                        latency(record.getE2E()),
                        record.getTtftSketch(),
                        record.getTpotSketch(),
                        record.getRevision()));
    }

    private static Latency latency(LatencySummary summary) {
        return new Latency(
                summary.hasP50() ? summary.getP50() : null,
                summary.hasP95() ? summary.getP95() : null,
                summary.hasP99() ? summary.getP99() : null,
                summary.getCount());
    }

    /** Thread-safe. */
    public State state() {
        return state;
    }

    private void closeConsumer() {
        var old = consumer;
        consumer = null;
        assignAgain = Instant.MIN;
        if (old != null) {
            try {
                old.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ZERO));
            } catch (KafkaException e) {
                LOG.debug("The old consumer did not close cleanly: {}", e.toString());
            }
        }
    }

    @Override
    public void close() {
        closeConsumer();
    }

    /**
     * Takes what the feed reads, on the polling thread. The values are absolute: a later call for
     * the same deployment, start and size replaces the earlier one.
     */
    public interface Listener {
        void window(Window window);

        void totals(Totals totals);

        void slo(SloWindow window);

        /** Records of the gateways that the job could not decode, since its state began. */
        void undecodableAtJob(long count);
    }

    /**
     * Demand of one deployment in one window.
     *
     * @param start event time
     * @param size 1 s, 10 s or 60 s
     * @param promptTokensEstimate tokens of the arrivals, by the gateway's estimate
     * @param outputTokens tokens of the completions
     * @param revision 0 for the first result, then one more per correction
     * @param classes the most frequent classes of the arrivals, most first; a job of before may
     *     name none
     */
    public record Window(
            String deployment,
            Instant start,
            Duration size,
            long arrivals,
            long promptTokensEstimate,
            long completions,
            long outputTokens,
            long revision,
            List<ClassArrivals> classes) {
        /** Copies the list. */
        public Window {
            classes = List.copyOf(classes);
        }
    }

    /**
     * Arrivals of one tenant with prompts of like length.
     *
     * @param promptBelow a power of 4, tokens: prompts are shorter, and not below a quarter of it
     *     unless it is 4
     */
    public record ClassArrivals(String tenant, long promptBelow, long arrivals) {}

    /**
     * Running totals of distinct requests of one deployment.
     *
     * @param watermark event time up to which everything on time is counted
     */
    public record Totals(
            String deployment,
            long arrivals,
            long completions,
            long lateCorrected,
            long tooLate,
            long duplicatesRemoved,
            Instant watermark) {}

    /**
     * Latencies of one deployment in one window.
     *
     * @param requests completions in the window
     * @param failed of these, FAILED, BROKEN, SHED or LOST
     * @param ttftSketch DDSketch of seconds, protobuf of sketches-java; empty without a sample
     * @param tpotSketch the same
     */
    public record SloWindow(
            String deployment,
            Instant start,
            Duration size,
            long requests,
            long failed,
            Latency ttft,
            Latency tpot,
            Latency e2e,
            ByteString ttftSketch,
            ByteString tpotSketch,
            long revision) {}

    /** Seconds; null without a sample. */
    public record Latency(
            @Nullable Double p50, @Nullable Double p95, @Nullable Double p99, long count) {}

    /**
     * @param connected whether Kafka was reached since a poll last failed
     * @param records records read
     * @param undecodable of these, set aside
     * @param sample where the last of these was and why, null if there was none
     */
    public record State(
            boolean connected, long records, long undecodable, @Nullable String sample) {}
}
