package dev.keelson.exchange.identity;

import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.ServerCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.TrustManager;

/** Mutual TLS between members and the control plane, on loopback too. */
public final class Tls {
    private static final int MOST_MESSAGE_BYTES = 4 << 20;

    private Tls() {}

    /**
     * A control plane's side. A client certificate is asked for and checked, but not demanded by
     * TLS itself: joining needs none, and a call that lacks it can be refused with a typed status.
     */
    public static ServerCredentials server(KeyAndCertificate own) throws IOException {
        return TlsServerCredentials.newBuilder()
                .keyManager(Pem.stream(own.chainPem()), Pem.stream(Pem.privateKey(own.key())))
                .trustManager(Pem.stream(Pem.certificate(own.authority())))
                .clientAuth(TlsServerCredentials.ClientAuth.OPTIONAL)
                .build();
    }

    static ManagedChannel member(String host, int port, KeyAndCertificate own) throws IOException {
        return channel(
                host,
                port,
                TlsChannelCredentials.newBuilder()
                        .keyManager(
                                Pem.stream(own.chainPem()), Pem.stream(Pem.privateKey(own.key())))
                        .trustManager(Pem.stream(Pem.certificate(own.authority())))
                        .build());
    }

    static ManagedChannel stranger(String host, int port, TrustManager trust) {
        return channel(host, port, TlsChannelCredentials.newBuilder().trustManager(trust).build());
    }

    private static ManagedChannel channel(String host, int port, ChannelCredentials credentials) {
        return NettyChannelBuilder.forAddress(host, port, credentials)
                .overrideAuthority(CertificateAuthority.SERVER_NAME)
                .keepAliveTime(10, TimeUnit.SECONDS)
                .keepAliveTimeout(20, TimeUnit.SECONDS)
                .keepAliveWithoutCalls(true)
                .maxInboundMessageSize(MOST_MESSAGE_BYTES)
                .build();
    }
}
