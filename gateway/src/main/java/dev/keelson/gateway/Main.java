package dev.keelson.gateway;

import dev.keelson.exchange.config.ConfigException;
import dev.keelson.exchange.identity.JoinRefused;
import dev.keelson.exchange.identity.Membership;
import dev.keelson.exchange.kafka.KafkaSettings;
import dev.keelson.exchange.kafka.RequestLog;
import dev.keelson.exchange.process.ParentWatch;
import dev.keelson.gateway.record.LoggedRequests;
import dev.keelson.gateway.serve.Fingerprints;
import dev.keelson.gateway.session.ControlSession;
import dev.keelson.gateway.session.Reporter;
import dev.keelson.protocol.v1.GatewayHello;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gateway process. */
public final class Main {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);
    private static final String VERSION = "0.1.0";
    private static final long LOG_BYTES = 256L << 20;
    private static final int MINUTE_TICKS = 600;
    private static final long DRAIN_SECONDS = 25;

    private final Gateway gateway;
    private final Membership membership;
    private final RequestLog log;
    private final ControlSession session;
    private final CountDownLatch leave = new CountDownLatch(1);
    private volatile boolean stopped;

    private Main(GatewayConfig config, Membership membership, RequestLog log) throws IOException {
        InstantSource clock = InstantSource.system();
        this.membership = membership;
        this.log = log;
        LoggedRequests records = new LoggedRequests(log);
        gateway =
                new Gateway(
                        config.http(),
                        config.data(),
                        config.queueLimit(),
                        config.routing(),
                        config.requestDeadline(),
                        records,
                        fingerprints(config, membership),
                        clock);
        String url =
                "http://%s:%d".formatted(config.http().getHostString(), gateway.listener().port());
        session =
                new ControlSession(
                        membership::channel,
                        GatewayHello.newBuilder()
                                .setName(membership.name())
                                .setUrl(url)
                                .setVersion(VERSION)
                                .build(),
                        new Reporter(
                                gateway.dispatcher(),
                                records,
                                gateway.poison(),
                                gateway.tenants(),
                                gateway.tables(),
                                clock,
                                leave::countDown),
                        System::nanoTime,
                        RandomGenerator.getDefault());
        LOG.info("gateway {} serves at {}", membership.name(), url);
    }

    /** Runs until SIGTERM, or until the control plane asks it to leave. */
    public static void main(String[] arguments) {
        if (arguments.length != 2 || !arguments[0].equals("--config")) {
            System.err.println("usage: dev.keelson.gateway.Main --config FILE");
            System.exit(2);
            return;
        }
        try {
            GatewayConfig config = GatewayConfig.read(Path.of(arguments[1]));
            ParentWatch.startIfSupervised(() -> System.exit(0));
            Membership membership =
                    Membership.open(config.join(), config.data().resolve("identity"));
            new Main(config, membership, openLog(config, membership)).run();
            System.exit(0);
        } catch (ConfigException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        } catch (JoinRefused | IOException e) {
            System.err.println("This gateway cannot run: " + e.getMessage());
            System.exit(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // A fleet without Kafka still keeps its records, up to the log's bound.
    private static RequestLog openLog(GatewayConfig config, Membership membership)
            throws IOException {
        @Nullable KafkaSettings kafka =
                membership
                        .kafka()
                        .map(access -> new KafkaSettings(access.bootstrap(), access.properties()))
                        .orElse(null);
        if (kafka == null) {
            LOG.warn("this fleet has no Kafka: records stay on disk, the oldest go at the bound");
        }
        return RequestLog.open(
                config.data().resolve("request-log"),
                LOG_BYTES,
                kafka != null && config.plainStorage() ? kafka.plainStorage() : kafka,
                membership.name(),
                InstantSource.system());
    }

    private static Fingerprints fingerprints(GatewayConfig config, Membership membership)
            throws IOException {
        String secret = membership.fleetSecret().orElse(null);
        return secret != null
                ? Fingerprints.ofFleet(secret)
                : Fingerprints.open(config.data().resolve("fingerprint.key"));
    }

    private void run() throws InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(this::end, "end"));
        log.start();
        Thread.ofPlatform().name("relay").daemon().start(gateway.loop());
        Thread.ofPlatform().name("accept").daemon().start(gateway.listener());
        Thread.ofPlatform().name("tick").daemon().start(this::tickForever);
        leave.await();
        LOG.info("asked to leave");
    }

    private void tickForever() {
        for (long tick = 0; !stopped; tick++) {
            try {
                tick(tick);
                Thread.sleep(Gateway.TICK_MILLIS);
            } catch (RuntimeException e) {
                LOG.error("a tick failed", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void tick(long tick) {
        log.tick();
        gateway.tick(tick);
        if (tick % Gateway.DISPATCH_TICKS == 0) {
            session.tick();
        }
        if (tick % MINUTE_TICKS == MINUTE_TICKS - 1) {
            Thread.ofVirtual().name("renew").start(membership::maintain);
        }
    }

    // Accept nothing more, finish what runs, say goodbye. The exit status of an orderly end is 0.
    private void end() {
        try {
            gateway.listener().stopAccepting();
            long last = System.nanoTime() + TimeUnit.SECONDS.toNanos(DRAIN_SECONDS);
            while (gateway.listener().serving() > 0 && System.nanoTime() - last < 0) {
                Thread.sleep(Gateway.TICK_MILLIS);
            }
            stopped = true;
            gateway.listener().close();
            session.close();
            log.close();
            membership.close();
        } catch (IOException e) {
            LOG.warn("at the end: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(0);
    }
}
