package dev.keelson.gateway;

import dev.keelson.exchange.kafka.RequestLog;
import dev.keelson.gateway.record.LoggedRequests;
import dev.keelson.gateway.route.RoutingSettings;
import dev.keelson.gateway.serve.Fingerprints;
import dev.keelson.protocol.v1.ReplicaPhase;
import dev.keelson.protocol.v1.RoutedDeployment;
import dev.keelson.protocol.v1.RoutedReplica;
import dev.keelson.protocol.v1.RoutingTable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;

/**
 * The data path in front of given engines, without a control plane: what {@code keelson bench
 * gateway-peers} measures. The request log is written as in a fleet without Kafka.
 */
public final class Standalone {
    private static final long LOG_BYTES = 256L << 20;
    private static final int QUEUE_LIMIT = 512;
    private static final int MAX_SEQUENCES = 4096;

    private Standalone() {}

    /** Runs until it is ended: PORT DATA MODEL ENGINE_URL... */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length < 4) {
            System.err.println("usage: dev.keelson.gateway.Standalone PORT DATA MODEL URL...");
            System.exit(2);
            return;
        }
        Path data = Path.of(arguments[1]);
        RequestLog log =
                RequestLog.open(
                        data.resolve("request-log"),
                        LOG_BYTES,
                        null,
                        "standalone",
                        InstantSource.system());
        Gateway gateway =
                new Gateway(
                        new InetSocketAddress(
                                InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0])),
                        data,
                        QUEUE_LIMIT,
                        RoutingSettings.usual(),
                        Duration.ofSeconds(60),
                        new LoggedRequests(log),
                        Fingerprints.open(data.resolve("fingerprint.key")),
                        InstantSource.system());
        List<String> engines = Arrays.asList(arguments).subList(3, arguments.length);
        gateway.tables().offer(table(arguments[2], engines));
        log.start();
        Thread.ofPlatform().name("relay").daemon().start(gateway.loop());
        Thread.ofPlatform().name("accept").daemon().start(gateway.listener());
        System.out.println("http://127.0.0.1:" + gateway.listener().port());
        for (long tick = 0; ; tick++) {
            log.tick();
            gateway.tick(tick);
            Thread.sleep(Gateway.TICK_MILLIS);
        }
    }

    private static RoutingTable table(String model, List<String> engines) {
        RoutedDeployment.Builder deployment =
                RoutedDeployment.newBuilder().setDeployment(model).setServedModel(model);
        for (int i = 0; i < engines.size(); i++) {
            deployment.addReplicas(
                    RoutedReplica.newBuilder()
                            .setReplica("engine-" + i)
                            .setNode("node-" + i)
                            .setUrl(engines.get(i))
                            .setPhase(ReplicaPhase.READY)
                            .setMaxSequences(MAX_SEQUENCES));
        }
        return RoutingTable.newBuilder()
                .setEpoch(System.currentTimeMillis())
                .setVersion(1)
                .addDeployments(deployment)
                .build();
    }
}
