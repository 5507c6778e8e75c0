package dev.keelson.controlplane.grpc;

import dev.keelson.controlplane.observe.FleetBoard;
import dev.keelson.controlplane.observe.GatewayBoard;
import dev.keelson.controlplane.security.AuditLog;
import dev.keelson.controlplane.security.JoinTokens;
import dev.keelson.exchange.identity.CertificateAuthority;
import dev.keelson.exchange.identity.KafkaAccess;
import dev.keelson.exchange.identity.Tls;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The gRPC side: enrolment, agents and gateways over mutual TLS. */
public final class FleetServer implements AutoCloseable {
    private static final int MOST_MESSAGE_BYTES = 1 << 20;

    private final Server server;

    private FleetServer(Server server) {
        this.server = server;
    }

    /**
     * Starts to listen.
     *
     * @param fleetSecret what gateways key the fingerprints of requests with
     * @param executor runs calls; virtual threads
     */
    public static FleetServer start(
            InetSocketAddress address,
            CertificateAuthority authority,
            JoinTokens tokens,
            AuditLog audit,
            @Nullable KafkaAccess kafka,
            String fleetSecret,
            FleetBoard fleet,
            GatewayBoard gateways,
            long epoch,
            ExecutorService executor,
            InstantSource clock)
            throws IOException {
        var own = authority.issueServer(List.of("localhost", "127.0.0.1", address.getHostString()));
        var server =
                NettyServerBuilder.forAddress(address, Tls.server(own))
                        .executor(executor)
                        .permitKeepAliveTime(5, TimeUnit.SECONDS)
                        .permitKeepAliveWithoutCalls(true)
                        .keepAliveTime(10, TimeUnit.SECONDS)
                        .keepAliveTimeout(20, TimeUnit.SECONDS)
                        .maxInboundMessageSize(MOST_MESSAGE_BYTES)
                        .maxInboundMetadataSize(16 << 10)
                        .intercept(Peer.check())
                        .addService(
                                new EnrolmentService(
                                        authority,
                                        tokens,
                                        audit,
                                        kafka,
                                        fleetSecret,
                                        peer -> isConnected(peer, fleet, gateways)))
                        .addService(new AgentsService(fleet, epoch, clock))
                        .addService(new GatewaysService(gateways, clock))
                        .build()
                        .start();
        return new FleetServer(server);
    }

    public int port() {
        return server.getPort();
    }

    @Override
    public void close() {
        try {
            // Sessions end before the executor that their calls run on does.
            server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isConnected(Peer peer, FleetBoard fleet, GatewayBoard gateways) {
        return peer.kind().equals("node")
                ? fleet.nodes().stream()
                        .anyMatch(n -> n.connected() && n.id().value().equals(peer.name()))
                : gateways.links().containsKey(peer.name());
    }
}
