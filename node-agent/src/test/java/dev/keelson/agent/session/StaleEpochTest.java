package dev.keelson.agent.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.agent.Eventually;
import dev.keelson.agent.probe.ProcFs;
import dev.keelson.agent.supervise.EngineCatalog;
import dev.keelson.agent.supervise.ReplicaSupervisor;
import dev.keelson.agent.telemetry.AgentMetrics;
import dev.keelson.protocol.v1.AgentHello;
import dev.keelson.protocol.v1.AgentInstruction;
import dev.keelson.protocol.v1.AgentMessage;
import dev.keelson.protocol.v1.AgentsGrpc;
import dev.keelson.protocol.v1.Command;
import dev.keelson.protocol.v1.CommandResult;
import dev.keelson.protocol.v1.Heartbeat;
import dev.keelson.protocol.v1.HeartbeatAck;
import dev.keelson.protocol.v1.ReleaseNode;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent between a control plane that leads and one that led, over a real connection. */
class StaleEpochTest {
    @TempDir Path data;
    private final List<AgentMessage> received = new CopyOnWriteArrayList<>();
    private final List<StreamObserver<AgentInstruction>> sessions = new CopyOnWriteArrayList<>();
    private volatile long epoch;
    private Server server;
    private ManagedChannel channel;

    @BeforeEach
    void serve() throws Exception {
        server =
                NettyServerBuilder.forAddress(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .addService(new ControlPlane())
                        .build()
                        .start();
        channel =
                NettyChannelBuilder.forAddress(
                                new InetSocketAddress(
                                        InetAddress.getLoopbackAddress(), server.getPort()))
                        .usePlaintext()
                        .build();
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        server.shutdownNow();
    }

    @Test
    void refusesAnOlderEpochOnceANewerOneWasSeenAlsoAfterARestart() throws Exception {
        epoch = 9;
        try (var _ = new Agent()) {
            command("of-the-leader", 9);
            assertThat(answer("of-the-leader")).isEqualTo(CommandResult.Status.ACCEPTED);
            epoch = 8;
            command("of-a-past-one", 8);
            assertThat(answer("of-a-past-one")).isEqualTo(CommandResult.Status.STALE_EPOCH);
        }
        received.clear();
        try (var _ = new Agent()) {
            Eventually.is("hello", () -> received.stream().anyMatch(AgentMessage::hasHello));
            assertThat(hello().getHighestEpochSeen()).isEqualTo(9);
            command("again", 8);
            assertThat(answer("again")).isEqualTo(CommandResult.Status.STALE_EPOCH);
            command("of-the-next", 10);
            assertThat(answer("of-the-next")).isEqualTo(CommandResult.Status.ACCEPTED);
        }
    }

    @Test
    void refusesAnOlderEpochThatItSawOnlyInAnAcknowledgement() throws Exception {
        epoch = 9;
        try (var running = new Agent()) {
            Eventually.is("the epoch is seen", () -> running.highestEpoch() == 9);
            command("of-a-past-one", 8);
            assertThat(answer("of-a-past-one")).isEqualTo(CommandResult.Status.STALE_EPOCH);
        }
    }

    private void command(String id, long of) {
        Eventually.is("a session", () -> received.stream().anyMatch(AgentMessage::hasHeartbeat));
        synchronized (this) {
            sessions.getLast()
                    .onNext(
                            AgentInstruction.newBuilder()
                                    .setCommand(
                                            Command.newBuilder()
                                                    .setEpoch(of)
                                                    .setCommandId(id)
                                                    .setTtlMs(60_000)
                                                    .setRelease(ReleaseNode.getDefaultInstance()))
                                    .build());
        }
    }

    /** The hello, and not what the agent before may still have had on the wire. */
    private AgentHello hello() {
        return received.stream()
                .filter(AgentMessage::hasHello)
                .findFirst()
                .orElseThrow()
                .getHello();
    }

    private CommandResult.Status answer(String id) {
        Eventually.is("an answer to " + id, () -> !answers(id).isEmpty());
        return answers(id).getFirst();
    }

    private List<CommandResult.Status> answers(String id) {
        return received.stream()
                .filter(AgentMessage::hasResult)
                .map(AgentMessage::getResult)
                .filter(result -> result.getCommandId().equals(id))
                .map(CommandResult::getStatus)
                .toList();
    }

    /** Acknowledges heartbeats with the epoch that the test says. */
    private final class ControlPlane extends AgentsGrpc.AgentsImplBase {
        @Override
        public StreamObserver<AgentMessage> session(StreamObserver<AgentInstruction> out) {
            return new StreamObserver<>() {
                @Override
                public void onNext(AgentMessage message) {
                    synchronized (StaleEpochTest.this) {
                        if (message.hasHello()) {
                            sessions.add(out);
                        }
                        if (message.hasHeartbeat()) {
                            out.onNext(
                                    AgentInstruction.newBuilder()
                                            .setAck(
                                                    HeartbeatAck.newBuilder()
                                                            .setSequence(
                                                                    message.getHeartbeat()
                                                                            .getSequence())
                                                            .setEpoch(epoch))
                                            .build());
                        }
                    }
                    received.add(message);
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

    /** An agent's session and desk, as its process wires them; closing is its end. */
    private final class Agent implements AutoCloseable {
        private final ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor();
        private final CommandDesk desk;

        Agent() throws IOException {
            var clock = InstantSource.system();
            var settings =
                    new ReplicaSupervisor.Settings(
                            "node-test",
                            data,
                            new EngineCatalog(Map.of(), List.of()),
                            1000,
                            Duration.ofSeconds(45),
                            "127.0.0.1",
                            null);
            var supervisor =
                    new ReplicaSupervisor(
                            settings, ProcFs.system(), clock, Runnable::run, loop, _ -> {});
            desk = new CommandDesk(data.resolve("commands.log"), supervisor, clock);
            var hello = AgentHello.newBuilder().setNode("node-test").build();
            var session =
                    new ControlSession(
                            () -> channel,
                            new ControlInbox(hello, desk, new AgentMetrics()),
                            loop,
                            clock,
                            new Random(1));
            var _ =
                    loop.scheduleWithFixedDelay(
                            () -> {
                                session.tick(false);
                                session.send(Heartbeat.newBuilder());
                            },
                            0,
                            50,
                            TimeUnit.MILLISECONDS);
        }

        long highestEpoch() {
            return CompletableFuture.supplyAsync(desk::highestEpoch, loop).join();
        }

        @Override
        public void close() throws IOException {
            loop.close();
            desk.close();
        }
    }
}
