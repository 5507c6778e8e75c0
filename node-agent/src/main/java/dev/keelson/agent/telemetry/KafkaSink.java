package dev.keelson.agent.telemetry;

import dev.keelson.exchange.kafka.SpooledPublisher;
import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kafka behind its spool. While the agent is cut off nothing is sent and the spool grows.
 * Thread-safe, but {@link #run} is one thread's.
 */
public final class KafkaSink implements RecordSink, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaSink.class);
    private static final long PAUSE_NANOS = 250_000_000;

    private final SpooledPublisher publisher;
    private final BooleanSupplier cutOff;
    private volatile boolean closing;

    /**
     * @param cutOff is the agent to behave as cut off from Kafka?
     */
    public KafkaSink(SpooledPublisher publisher, BooleanSupplier cutOff) {
        this.publisher = publisher;
        this.cutOff = cutOff;
    }

    /** Publishes until closed. */
    public void run() {
        while (!closing) {
            try {
                if (cutOff.getAsBoolean() || !publisher.doWork()) {
                    LockSupport.parkNanos(this, PAUSE_NANOS);
                }
            } catch (RuntimeException unexpected) {
                LOG.warn("publishing goes on after an unexpected failure", unexpected);
                LockSupport.parkNanos(this, PAUSE_NANOS);
            }
        }
    }

    @Override
    public void append(String topic, String key, byte[] value, long eventTimeMs) {
        publisher.append(topic, key, value, eventTimeMs);
    }

    @Override
    public long spooled() {
        return publisher.state().spooled();
    }

    @Override
    public long dropped() {
        return publisher.state().dropped();
    }

    /** Asks {@link #run} to return. What is not published stays on disk. */
    public void end() {
        closing = true;
    }

    /** To be called after {@link #run} returned. */
    @Override
    public void close() throws IOException {
        publisher.close();
    }
}
