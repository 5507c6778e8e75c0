package dev.keelson.controlplane.grpc;

import dev.keelson.exchange.identity.JoinRefused;
import dev.keelson.exchange.identity.Refusal;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * Who calls, by the certificate of the connection.
 *
 * @param kind node or gateway
 */
public record Peer(String kind, String name) {
    private static final Context.Key<Peer> KEY = Context.key("peer");
    private static final String JOIN = "keelson.v1.Enrolment/Join";

    /** The caller of the call that runs now. */
    static Peer current() {
        var peer = KEY.get();
        if (peer == null) {
            throw new IllegalStateException("the call did not pass the certificate check");
        }
        return peer;
    }

    /** Refuses calls without a fitting certificate: all but joining need one of their kind. */
    static ServerInterceptor check() {
        return new ServerInterceptor() {
            @Override
            public <Q, A> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
                var method = call.getMethodDescriptor().getFullMethodName();
                if (method.equals(JOIN)) {
                    return next.startCall(call, headers);
                }
                var peer = of(call);
                if (peer.isEmpty()) {
                    return refuse(
                            call,
                            Status.UNAUTHENTICATED,
                            "This call needs a client certificate: join the fleet first.");
                }
                if (!fits(method, peer.get())) {
                    return refuse(
                            call,
                            Status.PERMISSION_DENIED,
                            "A %s may not call %s.".formatted(peer.get().kind(), method));
                }
                var context = Context.current().withValue(KEY, peer.get());
                return Contexts.interceptCall(context, call, headers, next);
            }
        };
    }

    private static boolean fits(String method, Peer peer) {
        return switch (peer.kind()) {
            case "node" -> !method.startsWith("keelson.v1.Gateways/");
            case "gateway" -> !method.startsWith("keelson.v1.Agents/");
            default -> false;
        };
    }

    private static <Q, A> ServerCall.Listener<Q> refuse(
            ServerCall<Q, A> call, Status status, String message) {
        call.close(
                status.withDescription(message),
                Refusal.trailers(JoinRefused.Reason.NO_CERTIFICATE));
        return new ServerCall.Listener<>() {};
    }

    private static Optional<Peer> of(ServerCall<?, ?> call) {
        var session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        if (session == null) {
            return Optional.empty();
        }
        try {
            var certificate = (X509Certificate) session.getPeerCertificates()[0];
            return parse(certificate.getSubjectX500Principal().getName());
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty();
        }
    }

    private static Optional<Peer> parse(String subject) {
        var slash = subject.indexOf('/');
        return subject.startsWith("CN=") && slash > 0
                ? Optional.of(new Peer(subject.substring(3, slash), subject.substring(slash + 1)))
                : Optional.empty();
    }
}
