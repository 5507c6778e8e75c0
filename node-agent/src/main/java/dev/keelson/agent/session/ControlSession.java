package dev.keelson.agent.session;

import dev.keelson.protocol.v1.AgentHello;
import dev.keelson.protocol.v1.AgentInstruction;
import dev.keelson.protocol.v1.AgentMessage;
import dev.keelson.protocol.v1.AgentsGrpc;
import dev.keelson.protocol.v1.Command;
import dev.keelson.protocol.v1.CommandResult;
import dev.keelson.protocol.v1.Heartbeat;
import dev.keelson.protocol.v1.HeartbeatAck;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stream to the control plane: opens it, opens it again when it breaks, and hands on what
 * comes. Not thread-safe: the agent's loop owns it, and gRPC's threads only pass on to that loop.
 */
public final class ControlSession {
    private static final Logger LOG = LoggerFactory.getLogger(ControlSession.class);
    private static final Duration FIRST_WAIT = Duration.ofMillis(100);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

    /** Longer than any pause of the control plane that its agents should sit out. */
    private static final Duration SILENCE = Duration.ofSeconds(30);

    private static final int MOST_RESULTS = 256;

    private final Supplier<ManagedChannel> channels;
    private final Inbox inbox;
    private final Executor owner;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Deque<CommandResult> results = new ArrayDeque<>();
    private @Nullable Stream stream;
    private Instant nextTry = Instant.MIN;
    private Duration wait = FIRST_WAIT;
    private @Nullable HeartbeatAck lastAck;
    private Instant lastAckAt = Instant.MIN;
    private long sequence;

    /** What the session is for. Called by the owner. */
    public interface Inbox {
        /** The first message of each session. */
        AgentHello hello();

        CommandResult execute(Command command, Instant receivedAt);

        void acknowledged(HeartbeatAck ack);

        /** A session began: the control plane is owed the full state. */
        void opened();
    }

    public ControlSession(
            Supplier<ManagedChannel> channels,
            Inbox inbox,
            Executor owner,
            InstantSource clock,
            RandomGenerator random) {
        this.channels = channels;
        this.inbox = inbox;
        this.owner = owner;
        this.clock = clock;
        this.random = random;
    }

    /**
     * Lets time pass.
     *
     * @param cutOff behave as if no control plane could be reached
     */
    public void tick(boolean cutOff) {
        Instant now = clock.instant();
        if (cutOff) {
            close("cut off");
        } else if (stream == null && !now.isBefore(nextTry)) {
            open(now);
        } else if (stream != null
                && Duration.between(stream.lastHeard, now).compareTo(SILENCE) > 0) {
            close("the control plane is silent");
            backOff(now);
        }
    }

    /** Has the control plane answered in this session? */
    public boolean isConnected() {
        return stream != null && stream.acknowledged;
    }

    /**
     * Sends the state, with the clock echo filled in. Nothing is sent where nothing can be, or
     * while older ones wait to leave.
     */
    public void send(Heartbeat.Builder heartbeat) {
        Stream open = stream;
        if (open == null || !open.isReady()) {
            return;
        }
        Instant now = clock.instant();
        heartbeat.setSequence(++sequence).setAgentClockMs(now.toEpochMilli());
        if (lastAck != null) {
            heartbeat
                    .setEchoServerClockMs(lastAck.getServerClockMs())
                    .setEchoHeldMs(Duration.between(lastAckAt, now).toMillis());
        }
        open.send(AgentMessage.newBuilder().setHeartbeat(heartbeat).build());
    }

    /** Ends the session. */
    public void close(String why) {
        Stream open = stream;
        stream = null;
        if (open != null) {
            LOG.info("session with the control plane closed: {}", why);
            open.cancel(why);
        }
    }

    private void open(Instant now) {
        ManagedChannel channel = channels.get();
        // Else the channel would wait by itself, for up to two minutes.
        channel.resetConnectBackoff();
        var opening = new Stream(now);
        stream = opening;
        var _ = AgentsGrpc.newStub(channel).session(opening);
        opening.send(AgentMessage.newBuilder().setHello(inbox.hello()).build());
        inbox.opened();
    }

    private void backOff(Instant now) {
        nextTry = now.plusMillis((long) (wait.toMillis() * (0.5 + random.nextDouble() / 2)));
        Duration doubled = wait.multipliedBy(2);
        wait = doubled.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : doubled;
    }

    private void received(Stream from, AgentInstruction instruction, Instant at) {
        if (from != stream) {
            return;
        }
        from.lastHeard = clock.instant();
        switch (instruction.getBodyCase()) {
            case ACK -> {
                if (!from.acknowledged) {
                    LOG.info(
                            "session with the control plane is open, epoch {}",
                            instruction.getAck().getEpoch());
                    from.acknowledged = true;
                    wait = FIRST_WAIT;
                    flushResults(from);
                }
                lastAck = instruction.getAck();
                lastAckAt = at;
                inbox.acknowledged(instruction.getAck());
            }
            case COMMAND -> {
                if (results.size() == MOST_RESULTS) {
                    results.removeFirst();
                }
                results.addLast(inbox.execute(instruction.getCommand(), at));
                flushResults(from);
            }
            case BODY_NOT_SET ->
                    LOG.warn("the control plane sent an instruction that this agent does not know");
        }
    }

    /** The answer to a command may have to wait for the next session. */
    private void flushResults(Stream to) {
        // A command may have ended the session that it came by.
        while (to == stream && !results.isEmpty() && to.isReady()) {
            to.send(AgentMessage.newBuilder().setResult(results.removeFirst()).build());
        }
    }

    private void ended(Stream which, @Nullable Throwable failure) {
        if (which == stream) {
            stream = null;
            LOG.info(
                    "session with the control plane ended: {}",
                    failure == null ? "by its end" : failure.getMessage());
            backOff(clock.instant());
        }
    }

    /** One call. gRPC calls it from its threads; everything is passed on to the owner. */
    private final class Stream implements ClientResponseObserver<AgentMessage, AgentInstruction> {
        private volatile @Nullable ClientCallStreamObserver<AgentMessage> requests;
        private Instant lastHeard;
        private boolean acknowledged;

        Stream(Instant openedAt) {
            this.lastHeard = openedAt;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<AgentMessage> call) {
            requests = call;
        }

        boolean isReady() {
            var call = requests;
            return call != null && call.isReady();
        }

        void send(AgentMessage message) {
            var call = requests;
            if (call == null) {
                return;
            }
            try {
                call.onNext(message);
            } catch (IllegalStateException alreadyEnded) {
                // Its end is on its way to ended().
                LOG.debug("a message found its session ended");
            }
        }

        void cancel(String why) {
            var call = requests;
            if (call != null) {
                call.cancel(why, null);
            }
        }

        @Override
        public void onNext(AgentInstruction instruction) {
            Instant at = clock.instant();
            owner.execute(() -> received(this, instruction, at));
        }

        @Override
        public void onError(Throwable failure) {
            owner.execute(() -> ended(this, failure));
        }

        @Override
        public void onCompleted() {
            owner.execute(() -> ended(this, null));
        }
    }
}
