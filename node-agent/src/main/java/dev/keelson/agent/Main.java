package dev.keelson.agent;

import dev.keelson.agent.notice.AwsMetadata;
import dev.keelson.agent.notice.NoticeWatch;
import dev.keelson.agent.probe.HostProbe;
import dev.keelson.agent.probe.ProcFs;
import dev.keelson.agent.session.CommandDesk;
import dev.keelson.agent.session.ControlInbox;
import dev.keelson.agent.session.ControlSession;
import dev.keelson.agent.supervise.ReplicaChange;
import dev.keelson.agent.supervise.ReplicaSupervisor;
import dev.keelson.agent.telemetry.AgentHttp;
import dev.keelson.agent.telemetry.AgentMetrics;
import dev.keelson.agent.telemetry.KafkaSink;
import dev.keelson.agent.telemetry.RecordSink;
import dev.keelson.agent.telemetry.TelemetryFeed;
import dev.keelson.exchange.config.ConfigException;
import dev.keelson.exchange.identity.JoinRefused;
import dev.keelson.exchange.identity.KafkaAccess;
import dev.keelson.exchange.identity.Membership;
import dev.keelson.exchange.kafka.KafkaSettings;
import dev.keelson.exchange.kafka.SpooledPublisher;
import dev.keelson.exchange.process.ParentWatch;
import dev.keelson.protocol.v1.AgentHello;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The node agent's process: {@code dev.keelson.agent.Main --config FILE}. */
public final class Main {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);
    private static final Duration STEP = Duration.ofMillis(200);
    private static final long SPOOL_BYTES = 16L << 20;
    private static final Duration MAINTAIN_EVERY = Duration.ofSeconds(30);
    private static final int USAGE = 2;

    private Main() {}

    /**
     * Ends with 0 after an orderly end or a release, 2 where arguments or configuration are wrong,
     * 1 where it cannot join.
     */
    public static void main(String[] args) throws InterruptedException {
        if (args.length != 2 || !args[0].equals("--config")) {
            System.err.println("usage: --config FILE");
            System.exit(USAGE);
        }
        boolean supervised = "1".equals(System.getenv("KEELSON_SUPERVISED"));
        try {
            run(AgentConfig.read(Path.of(args[1]), supervised));
            System.exit(0);
        } catch (ConfigException wrong) {
            System.err.println(wrong.getMessage());
            System.exit(USAGE);
        } catch (JoinRefused refused) {
            System.err.println("This agent cannot join: " + refused.getMessage());
            System.exit(1);
        } catch (IOException failed) {
            LOG.error("the agent cannot run", failed);
            System.exit(1);
        }
    }

    private static void run(AgentConfig config)
            throws IOException, JoinRefused, InterruptedException {
        Files.createDirectories(config.data());
        InstantSource clock = InstantSource.system();
        var metrics = new AgentMetrics();
        var loop = new AgentLoop(STEP);
        var proc = ProcFs.system();
        var host = new HostProbe(proc);
        var changes = new ArrayDeque<ReplicaChange>();
        BooleanSupplier cutOff = cutOff(config.faultHook());
        Executor asks = task -> Thread.ofVirtual().name("ask").start(task);
        // Until the agent can be stopped in order, its end is nobody's loss: no engine runs that it
        // started.
        ParentWatch.startIfSupervised(() -> System.exit(0));
        try (var _ = AgentHttp.start(config.httpHost(), config.httpPort(), metrics.registry());
                var membership =
                        Membership.open(config.membership(), config.data().resolve("identity"))) {
            String name = membership.name();
            var settings =
                    new ReplicaSupervisor.Settings(
                            name,
                            config.data(),
                            config.catalog(),
                            config.thousandths(),
                            config.agentGrace(),
                            config.engineHost(),
                            engineToken(config.engineHost()));
            var supervisor =
                    new ReplicaSupervisor(settings, proc, clock, asks, loop, changes::addLast);
            var kafka = kafka(config, membership, cutOff, clock);
            try (var desk =
                    new CommandDesk(config.data().resolve("commands.log"), supervisor, clock)) {
                var inbox = new ControlInbox(hello(config, name, host), desk, metrics);
                var session =
                        new ControlSession(
                                membership::channel,
                                inbox,
                                loop,
                                clock,
                                RandomGenerator.getDefault());
                var notices =
                        java.util.Optional.ofNullable(config.awsNotice())
                                .map(base ->
                                        new NoticeWatch(
                                                new AwsMetadata(base, clock), clock, asks, loop));
                var telemetry =
                        new TelemetryFeed(name, kafka == null ? RecordSink.NONE : kafka, clock);
                var agent =
                        new NodeAgent(
                                new NodeAgent.Parts(
                                        supervisor,
                                        session,
                                        inbox,
                                        notices,
                                        host,
                                        telemetry,
                                        metrics,
                                        cutOff),
                                clock,
                                changes,
                                loop::end);
                serve(config, loop, agent, supervisor, membership, kafka, telemetry);
            }
        }
    }

    private static void serve(
            AgentConfig config,
            AgentLoop loop,
            NodeAgent agent,
            ReplicaSupervisor supervisor,
            Membership membership,
            @Nullable KafkaSink kafka,
            TelemetryFeed telemetry)
            throws IOException, InterruptedException {
        var ended = new CountDownLatch(1);
        Thread.currentThread().setName("agent");
        Thread maintenance =
                Thread.ofVirtual().name("membership").start(() -> maintain(membership));
        Thread publisher =
                kafka == null
                        ? null
                        : Thread.ofPlatform().daemon().name("publisher").start(kafka::run);
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(() -> stopInOrder(loop, agent, config.onStop(), ended)));
        try {
            supervisor.adopt();
            telemetry.event("agent-started", "node", config.domain().toString());
            loop.run(agent::tick, agent::report);
        } finally {
            maintenance.interrupt();
            if (kafka != null && publisher != null) {
                kafka.end();
                publisher.join(Duration.ofSeconds(3));
                kafka.close();
            }
            ended.countDown();
        }
    }

    /** On SIGTERM, and when the supervisor died. */
    private static void stopInOrder(
            AgentLoop loop, NodeAgent agent, AgentConfig.OnStop onStop, CountDownLatch ended) {
        loop.execute(() -> agent.stop(onStop));
        try {
            if (!ended.await(15, TimeUnit.SECONDS)) {
                LOG.warn("the agent did not end in order");
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    private static void maintain(Membership membership) {
        try {
            while (true) {
                Thread.sleep(MAINTAIN_EVERY);
                membership.maintain();
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private static BooleanSupplier cutOff(@Nullable Path hook) {
        return hook == null ? () -> false : () -> Files.exists(hook);
    }

    /** Without one, whoever reaches an engine's port may change it. */
    private static @Nullable String engineToken(String engineHost) throws IOException {
        String token = System.getenv(ReplicaSupervisor.TOKEN_VARIABLE);
        if (token == null && !InetAddress.getByName(engineHost).isLoopbackAddress()) {
            LOG.warn(
                    "engines listen on {} and whoever reaches them may change them: set {}",
                    engineHost,
                    ReplicaSupervisor.TOKEN_VARIABLE);
        }
        return token;
    }

    private static @Nullable KafkaSink kafka(
            AgentConfig config, Membership membership, BooleanSupplier cutOff, InstantSource clock)
            throws IOException {
        KafkaAccess access = membership.kafka().orElse(null);
        if (access == null) {
            return null;
        }
        var settings = new KafkaSettings(access.bootstrap(), access.properties());
        var publisher =
                new SpooledPublisher(
                        config.data().resolve("spool"),
                        SPOOL_BYTES,
                        config.plainStorage() ? settings.plainStorage() : settings,
                        "agent-" + membership.name(),
                        clock);
        return new KafkaSink(publisher, cutOff);
    }

    private static AgentHello hello(AgentConfig config, String name, HostProbe host) {
        String version = Main.class.getPackage().getImplementationVersion();
        return AgentHello.newBuilder()
                .setNode(name)
                .setRegion(config.domain().region())
                .setZone(config.domain().zone())
                .setRack(config.domain().rack())
                .setCapacityType(config.capacity().name())
                .addAllAccelerators(host.accelerators())
                .setCapacityThousandths(config.thousandths())
                .setAgentVersion(version == null ? "0.1.0" : version)
                .setBootId(UUID.randomUUID().toString())
                .setMetricsUrl(
                        "http://%s:%d/metrics".formatted(config.httpHost(), config.httpPort()))
                .build();
    }
}
