package dev.keelson.exchange.kafka;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes to Kafka through a bounded spool on disk. {@code append} may be called by any thread
 * and never waits for Kafka; one thread publishes, in the order of appending. While Kafka is away
 * entries stay on disk; after a failure everything from the last acknowledged entry on is sent
 * again, so a reader may see an entry twice but never a hole, except for what {@link
 * State#dropped()} counts.
 */
public final class SpooledPublisher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SpooledPublisher.class);
    private static final int MOST_IN_FLIGHT = 512;
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final Spool spool;
    private final @Nullable Supplier<Producer<byte[], byte[]>> producers;
    private final InstantSource clock;
    private final Deque<InFlight> inFlight = new ArrayDeque<>();
    private final Map<String, Integer> partitions = new ConcurrentHashMap<>();
    private final Semaphore work = new Semaphore(0);
    private @Nullable Producer<byte[], byte[]> producer;
    private @Nullable Thread thread;
    private Instant notBefore = Instant.MIN;
    private long next;
    private volatile boolean closing;

    /**
     * @param folder where the spool lies
     * @param boundBytes the most it takes on disk, bytes
     * @throws IOException when the folder cannot be used
     */
    public SpooledPublisher(
            Path folder, long boundBytes, KafkaSettings kafka, String clientId, InstantSource clock)
            throws IOException {
        this(
                new Spool(folder, boundBytes, () -> new byte[0]),
                () -> producer(kafka, clientId),
                clock);
    }

    /**
     * @param producers null where there is no Kafka: what is appended stays in the spool
     */
    SpooledPublisher(
            Spool spool,
            @Nullable Supplier<Producer<byte[], byte[]>> producers,
            InstantSource clock) {
        this.spool = spool;
        this.producers = producers;
        this.clock = clock;
        this.next = spool.progress().position() + 1;
    }

    static Producer<byte[], byte[]> producer(KafkaSettings kafka, String clientId) {
        return new KafkaProducer<>(
                kafka.producer(clientId), new ByteArraySerializer(), new ByteArraySerializer());
    }

    /**
     * Appends a record. Thread-safe, never waits for Kafka; what the disk does not take is counted
     * as dropped.
     *
     * @param eventTimeMs the time the record speaks of, epoch milliseconds
     */
    public void append(String topic, @Nullable String key, byte[] value, long eventTimeMs) {
        append(topic, -1, key, value, eventTimeMs, true);
    }

    /**
     * The same for an explicit partition and for what is no record. Returns the position, 0 if
     * dropped.
     */
    long append(
            String topic,
            int partition,
            @Nullable String key,
            byte[] value,
            long eventTimeMs,
            boolean counted) {
        try {
            var position = spool.append(topic, partition, key, value, eventTimeMs, counted);
            // Without Kafka nobody takes the permits, and there can be only so many.
            if (isPublishing()) {
                work.release();
            }
            return position;
        } catch (IOException e) {
            LOG.debug("A record was dropped: {}", e.toString());
            return 0;
        }
    }

    /** Is there a Kafka to publish to? Thread-safe. */
    public boolean isPublishing() {
        return producers != null;
    }

    /** Counts since the folder was made. Thread-safe. */
    public State state() {
        return spool.state();
    }

    /** Number of partitions that Kafka said the topic has, 0 while unknown. Thread-safe. */
    public int partitions(String topic) {
        return partitions.getOrDefault(topic, 0);
    }

    /** Entries that wait for Kafka's acknowledgement, markers included. Thread-safe. */
    long waiting() {
        return spool.end() - 1 - spool.progress().position();
    }

    /** The last position that Kafka acknowledged or that was given up. Thread-safe. */
    long acknowledgedPosition() {
        return spool.progress().position();
    }

    /**
     * One step: takes acknowledgements, then sends what there is. Only one thread may call it. May
     * wait up to 2 s for a broker that is away.
     *
     * @return whether something was done
     */
    public boolean doWork() {
        var acknowledged = takeAcknowledgements();
        return send() || acknowledged;
    }

    private boolean takeAcknowledgements() {
        var done = new ArrayList<SpoolEntry>();
        Exception failure = null;
        while (!inFlight.isEmpty() && failure == null && inFlight.getFirst().finished) {
            failure = inFlight.getFirst().failure;
            if (failure == null) {
                done.add(inFlight.removeFirst().entry);
            }
        }
        if (!done.isEmpty()) {
            spool.acknowledge(done);
        }
        if (failure != null) {
            fail(inFlight.getFirst().entry, failure);
        }
        return !done.isEmpty();
    }

    private boolean send() {
        var source = producers;
        if (source == null) {
            return false;
        }
        if (clock.instant().isBefore(notBefore) || inFlight.size() >= MOST_IN_FLIGHT) {
            return false;
        }
        next = Math.max(next, spool.progress().position() + 1);
        try {
            var entries = spool.read(next, MOST_IN_FLIGHT - inFlight.size());
            for (var entry : entries) {
                if (!send(entry, source)) {
                    return false;
                }
                next = entry.position() + 1;
            }
            return !entries.isEmpty();
        } catch (IOException e) {
            LOG.warn("The spool could not be read: {}", e.toString());
            notBefore = clock.instant().plus(RETRY);
            return false;
        }
    }

    private boolean send(SpoolEntry entry, Supplier<Producer<byte[], byte[]>> source) {
        var sent = new InFlight(entry);
        try {
            var to = producer == null ? source.get() : producer;
            producer = to;
            var known = to.partitionsFor(entry.topic()).size();
            partitions.put(entry.topic(), known);
            inFlight.add(sent);
            if (entry.partition() >= known) {
                sent.finished = true; // a marker for a partition that is not there
                return true;
            }
            var _ = to.send(record(entry), (metadata, failure) -> sent.finish(failure));
            return true;
        } catch (KafkaException | IllegalStateException e) {
            fail(entry, e);
            return false;
        }
    }

    private static ProducerRecord<byte[], byte[]> record(SpoolEntry entry) {
        var key = entry.key() == null ? null : entry.key().getBytes(StandardCharsets.UTF_8);
        var partition = entry.partition() < 0 ? null : entry.partition();
        return new ProducerRecord<>(entry.topic(), partition, key, entry.value());
    }

    /**
     * Begins afresh behind the last acknowledged entry, with a new producer: the old may be fatal.
     */
    private void fail(SpoolEntry entry, Exception failure) {
        if (failure instanceof RecordTooLargeException
                || failure instanceof InvalidTopicException) {
            LOG.warn("Kafka refuses a record of {}: {}", entry.topic(), failure.toString());
            spool.drop(entry);
        } else {
            LOG.info("Kafka is away, {} entries wait: {}", waiting(), failure.toString());
            notBefore = clock.instant().plus(RETRY);
        }
        closeProducer(Duration.ZERO);
        inFlight.clear();
        next = spool.progress().position() + 1;
    }

    private void closeProducer(Duration patience) {
        var old = producer;
        producer = null;
        if (old != null) {
            try {
                old.close(patience);
            } catch (KafkaException e) {
                LOG.debug("The old producer did not close cleanly: {}", e.toString());
            }
        }
    }

    /** Starts the one thread that publishes; none where there is no Kafka. */
    public void start() {
        if (producers == null) {
            return;
        }
        thread = Thread.ofPlatform().daemon().name("spooled-publisher").start(this::run);
    }

    private void run() {
        while (!closing) {
            try {
                if (!doWork()) {
                    // Woken by an append or an acknowledgement; the limit is for retries.
                    if (work.tryAcquire(1, TimeUnit.SECONDS)) {
                        work.drainPermits();
                    }
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                LOG.warn("Publishing goes on after an unexpected failure.", e);
                closeProducer(Duration.ZERO);
                inFlight.clear();
                next = spool.progress().position() + 1;
                notBefore = clock.instant().plus(RETRY);
            }
        }
    }

    /** Ends within about 4 s; what Kafka has not taken by then stays on disk. */
    @Override
    public void close() throws IOException {
        closing = true;
        work.release();
        var running = thread;
        if (running != null) {
            try {
                running.join(Duration.ofSeconds(3));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        if (running == null || !running.isAlive()) {
            doWork();
            closeProducer(Duration.ofSeconds(1));
            takeAcknowledgements();
        }
        spool.close();
    }

    /**
     * @param appended records ever written to the spool
     * @param published of these, acknowledged by Kafka
     * @param spooled on disk, not acknowledged
     * @param dropped forced out by the bound, refused by Kafka or not taken by the disk
     * @param lastPublishedEventTimeMs newest event time of a published record, epoch milliseconds,
     *     0 for none
     */
    public record State(
            long appended,
            long published,
            long spooled,
            long dropped,
            long lastPublishedEventTimeMs) {}

    private final class InFlight {
        private final SpoolEntry entry;
        private volatile boolean finished;
        private volatile @Nullable Exception failure;

        private InFlight(SpoolEntry entry) {
            this.entry = entry;
        }

        private void finish(@Nullable Exception result) {
            failure = result;
            finished = true;
            work.release();
        }
    }
}
