package dev.keelson.agent.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.agent.Eventually;
import dev.keelson.protocol.v1.AgentHello;
import dev.keelson.protocol.v1.AgentInstruction;
import dev.keelson.protocol.v1.AgentMessage;
import dev.keelson.protocol.v1.AgentsGrpc;
import dev.keelson.protocol.v1.Command;
import dev.keelson.protocol.v1.CommandResult;
import dev.keelson.protocol.v1.Heartbeat;
import dev.keelson.protocol.v1.HeartbeatAck;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a real gRPC server. */
class ControlSessionTest {
    private final ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor();
    private final List<AgentMessage> received = new CopyOnWriteArrayList<>();
    private final AtomicBoolean cutOff = new AtomicBoolean();
    private Server server;
    private ManagedChannel channel;
    private ControlSession session;

    /** Acknowledges every heartbeat and sends one command with the first. */
    private final class ControlPlane extends AgentsGrpc.AgentsImplBase {
        @Override
        public StreamObserver<AgentMessage> session(StreamObserver<AgentInstruction> out) {
            return new StreamObserver<>() {
                @Override
                public void onNext(AgentMessage message) {
                    received.add(message);
                    if (message.hasHeartbeat()) {
                        long sequence = message.getHeartbeat().getSequence();
                        out.onNext(
                                AgentInstruction.newBuilder()
                                        .setAck(
                                                HeartbeatAck.newBuilder()
                                                        .setSequence(sequence)
                                                        .setServerClockMs(1234))
                                        .build());
                        if (sequence == 1) {
                            out.onNext(
                                    AgentInstruction.newBuilder()
                                            .setCommand(Command.newBuilder().setCommandId("c1"))
                                            .build());
                        }
                    }
                }

                @Override
                public void onError(Throwable failure) {}

                @Override
                public void onCompleted() {
                    out.onCompleted();
                }
            };
        }
    }

    private static final class Desk implements ControlSession.Inbox {
        @Override
        public AgentHello hello() {
            return AgentHello.newBuilder().setNode("n").build();
        }

        @Override
        public CommandResult execute(Command command, Instant receivedAt) {
            return CommandResult.newBuilder().setCommandId(command.getCommandId()).build();
        }

        @Override
        public void acknowledged(HeartbeatAck ack) {}

        @Override
        public void opened() {}
    }

    private Server serve(int port) throws IOException {
        return NettyServerBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .addService(new ControlPlane())
                .build()
                .start();
    }

    @BeforeEach
    void open() throws IOException {
        server = serve(0);
        channel =
                NettyChannelBuilder.forAddress(
                                new InetSocketAddress(
                                        InetAddress.getLoopbackAddress(), server.getPort()))
                        .usePlaintext()
                        .build();
        session =
                new ControlSession(
                        () -> channel, new Desk(), loop, InstantSource.system(), new Random(1));
        var _ =
                loop.scheduleWithFixedDelay(
                        () -> {
                            session.tick(cutOff.get());
                            session.send(Heartbeat.newBuilder());
                        },
                        0,
                        50,
                        TimeUnit.MILLISECONDS);
    }

    @AfterEach
    void close() {
        loop.shutdownNow();
        channel.shutdownNow();
        server.shutdownNow();
    }

    /** Asked on the loop: the session belongs to it. */
    private boolean isConnected() {
        return CompletableFuture.supplyAsync(session::isConnected, loop).join();
    }

    private long count(java.util.function.Predicate<AgentMessage> what) {
        return received.stream().filter(what).count();
    }

    @Test
    void saysHelloFirstBeatsAndAnswersCommands() {
        Eventually.is("the command was answered", () -> count(AgentMessage::hasResult) == 1);
        assertThat(received.getFirst().getHello().getNode()).isEqualTo("n");
        Eventually.is(
                "a beat echoes the server's clock",
                () ->
                        count(m ->
                                m.hasHeartbeat() && m.getHeartbeat().getEchoServerClockMs() == 1234)
                                > 0);
    }

    @Test
    void comesBackByItselfWhenTheControlPlaneDoes() throws IOException, InterruptedException {
        Eventually.is("a first session", () -> count(AgentMessage::hasHeartbeat) > 1);
        int port = server.getPort();
        server.shutdownNow().awaitTermination();
        received.clear();
        server = serve(port);
        Eventually.is("a second session", () -> count(AgentMessage::hasHeartbeat) > 1);
        assertThat(received.getFirst().hasHello()).isTrue();
    }

    @Test
    void staysAwayWhileCutOff() {
        Eventually.is("a first session", this::isConnected);
        cutOff.set(true);
        Eventually.is("the session is closed", () -> !isConnected());
        cutOff.set(false);
        Eventually.is("another hello", () -> count(AgentMessage::hasHello) == 2);
    }
}
