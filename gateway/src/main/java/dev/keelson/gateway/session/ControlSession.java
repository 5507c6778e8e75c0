package dev.keelson.gateway.session;

import dev.keelson.protocol.v1.GatewayHello;
import dev.keelson.protocol.v1.GatewayInstruction;
import dev.keelson.protocol.v1.GatewayMessage;
import dev.keelson.protocol.v1.GatewayReport;
import dev.keelson.protocol.v1.GatewaysGrpc;
import dev.keelson.protocol.v1.ReportAck;
import dev.keelson.protocol.v1.RoutingTable;
import dev.keelson.protocol.v1.TenantShares;
import io.grpc.Channel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stream to the control plane: a report each second, routing tables back. Stepped by {@link
 * #tick} a few times a second; reconnects within a second or so and never gives up, since the data
 * path does not need it. Thread-safe.
 */
public final class ControlSession {
    private static final Logger LOG = LoggerFactory.getLogger(ControlSession.class);
    private static final long REPORT_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long SILENCE_NANOS = Duration.ofSeconds(10).toNanos();
    private static final long SHORTEST_WAIT_NANOS = Duration.ofMillis(250).toNanos();
    private static final long LONGEST_WAIT_NANOS = Duration.ofSeconds(1).toNanos();

    /** What the session carries. */
    public interface Content {
        GatewayReport report(long sequence);

        void acknowledged(ReportAck ack);

        void table(RoutingTable table);

        void shares(TenantShares shares);
    }

    private final Supplier<Channel> channel;
    private final GatewayHello hello;
    private final Content content;
    private final LongSupplier nanos;
    private final RandomGenerator random;
    private @Nullable Call call;
    private long sequence;
    private long nextNanos;

    public ControlSession(
            Supplier<Channel> channel,
            GatewayHello hello,
            Content content,
            LongSupplier nanos,
            RandomGenerator random) {
        this.channel = channel;
        this.hello = hello;
        this.content = content;
        this.nanos = nanos;
        this.random = random;
        this.nextNanos = nanos.getAsLong();
    }

    /** Connects if there is no stream, reports if it is time. */
    public synchronized void tick() {
        long now = nanos.getAsLong();
        if (now - nextNanos < 0) {
            return;
        }
        Call current = call;
        if (current == null) {
            connect();
        } else if (now - current.heardNanos > SILENCE_NANOS) {
            LOG.info("the control plane is silent; the stream is begun again");
            current.cancel();
            lost(current);
        } else {
            report(current);
        }
    }

    public synchronized boolean isConnected() {
        return call != null && call.heard;
    }

    /** A last report, then the end of the stream. */
    public synchronized void close() {
        Call current = call;
        if (current != null) {
            report(current);
            current.complete();
            call = null;
        }
    }

    private void connect() {
        Call fresh = new Call();
        call = fresh;
        GatewaysGrpc.newStub(channel.get()).session(fresh);
        fresh.send(GatewayMessage.newBuilder().setHello(hello).build());
        report(fresh);
    }

    private void report(Call to) {
        nextNanos = nanos.getAsLong() + REPORT_NANOS;
        to.send(GatewayMessage.newBuilder().setReport(content.report(++sequence)).build());
    }

    private synchronized void lost(Call which) {
        if (call == which) {
            call = null;
            long wait = random.nextLong(SHORTEST_WAIT_NANOS, LONGEST_WAIT_NANOS);
            nextNanos = nanos.getAsLong() + wait;
        }
    }

    private final class Call implements ClientResponseObserver<GatewayMessage, GatewayInstruction> {
        private @Nullable ClientCallStreamObserver<GatewayMessage> out;
        private volatile long heardNanos = nanos.getAsLong();
        private volatile boolean heard;

        @Override
        public void beforeStart(ClientCallStreamObserver<GatewayMessage> requestStream) {
            out = requestStream;
        }

        @Override
        public void onNext(GatewayInstruction instruction) {
            heardNanos = nanos.getAsLong();
            if (!heard) {
                heard = true;
                LOG.info("in session with the control plane");
            }
            switch (instruction.getBodyCase()) {
                case ACK -> content.acknowledged(instruction.getAck());
                case TABLE -> content.table(instruction.getTable());
                case SHARES -> content.shares(instruction.getShares());
                case BODY_NOT_SET ->
                        LOG.debug("an instruction of a newer control plane was passed over");
            }
        }

        @Override
        public void onError(Throwable error) {
            if (heard) {
                LOG.info("the session with the control plane ended: {}", error.getMessage());
            }
            lost(this);
        }

        @Override
        public void onCompleted() {
            lost(this);
        }

        void send(GatewayMessage message) {
            if (out != null) {
                try {
                    out.onNext(message);
                } catch (IllegalStateException e) {
                    LOG.debug("the stream ended meanwhile: {}", e.toString());
                }
            }
        }

        void complete() {
            if (out != null) {
                out.onCompleted();
            }
        }

        void cancel() {
            if (out != null) {
                out.cancel("silent", null);
            }
        }
    }
}
