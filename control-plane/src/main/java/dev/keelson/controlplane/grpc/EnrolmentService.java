package dev.keelson.controlplane.grpc;

import com.google.protobuf.ByteString;
import dev.keelson.controlplane.security.AuditLog;
import dev.keelson.controlplane.security.JoinTokens;
import dev.keelson.controlplane.security.Secret;
import dev.keelson.exchange.identity.CertificateAuthority;
import dev.keelson.exchange.identity.JoinRefused;
import dev.keelson.exchange.identity.KafkaAccess;
import dev.keelson.exchange.identity.Refusal;
import dev.keelson.protocol.v1.EnrolmentGrpc;
import dev.keelson.protocol.v1.JoinRequest;
import dev.keelson.protocol.v1.JoinResponse;
import dev.keelson.protocol.v1.RenewRequest;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.security.cert.CertificateEncodingException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Takes members in, and renews their certificates. */
final class EnrolmentService extends EnrolmentGrpc.EnrolmentImplBase {
    private final CertificateAuthority authority;
    private final JoinTokens tokens;
    private final AuditLog audit;
    private final @Nullable KafkaAccess kafka;
    private final String fleetSecret;
    private final Predicate<Peer> isConnected;

    EnrolmentService(
            CertificateAuthority authority,
            JoinTokens tokens,
            AuditLog audit,
            @Nullable KafkaAccess kafka,
            String fleetSecret,
            Predicate<Peer> isConnected) {
        this.authority = authority;
        this.tokens = tokens;
        this.audit = audit;
        this.kafka = kafka;
        this.fleetSecret = fleetSecret;
        this.isConnected = isConnected;
    }

    @Override
    public void join(JoinRequest request, StreamObserver<JoinResponse> answer) {
        answer(
                answer,
                () -> {
                    var key =
                            CertificateAuthority.checkedKey(
                                    request.getCertificateRequest().toByteArray());
                    var wanted = wantedName(request);
                    var had = tokens.use(request.getToken(), Secret.hash(key.getEncoded()), wanted);
                    var name = had == null ? wanted : had;
                    audit.append(request.getKind() + "/" + name, "join", name, "");
                    return issue(
                            request.getCertificateRequest(), new Peer(request.getKind(), name));
                });
    }

    @Override
    public void renew(RenewRequest request, StreamObserver<JoinResponse> answer) {
        var peer = Peer.current();
        answer(answer, () -> issue(request.getCertificateRequest(), peer));
    }

    private interface Work {
        JoinResponse run() throws JoinRefused;
    }

    private static void answer(StreamObserver<JoinResponse> answer, Work work) {
        try {
            var response = work.run();
            answer.onNext(response);
            answer.onCompleted();
        } catch (JoinRefused refused) {
            var code =
                    switch (refused.reason()) {
                        case BAD_REQUEST -> Status.Code.INVALID_ARGUMENT;
                        case NAME_TAKEN -> Status.Code.ALREADY_EXISTS;
                        default -> Status.Code.UNAUTHENTICATED;
                    };
            answer.onError(
                    Refusal.of(code, refused.reason(), String.valueOf(refused.getMessage())));
        }
    }

    private String wantedName(JoinRequest request) throws JoinRefused {
        var kind = request.getKind();
        if (!kind.equals("node") && !kind.equals("gateway")) {
            throw new JoinRefused(
                    JoinRefused.Reason.BAD_REQUEST, "The kind must be node or gateway.");
        }
        var name =
                request.getName().isEmpty()
                        ? kind + "-" + java.util.UUID.randomUUID().toString().substring(0, 8)
                        : request.getName();
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,127}")) {
            throw new JoinRefused(
                    JoinRefused.Reason.BAD_REQUEST,
                    "The name must be 1 to 128 letters, digits, '.', '_' or '-'.");
        }
        if (isConnected.test(new Peer(kind, name))) {
            throw new JoinRefused(
                    JoinRefused.Reason.NAME_TAKEN,
                    "Another %s of the name %s is connected.".formatted(kind, name));
        }
        return name;
    }

    private JoinResponse issue(ByteString request, Peer peer) throws JoinRefused {
        try {
            var issued = authority.issueMember(request.toByteArray(), peer.kind(), peer.name());
            var response =
                    JoinResponse.newBuilder()
                            .setName(peer.name())
                            .setCertificate(ByteString.copyFrom(issued.getEncoded()))
                            .setAuthority(
                                    ByteString.copyFrom(authority.certificate().getEncoded()));
            if (kafka != null) {
                response.setKafkaBootstrap(kafka.bootstrap())
                        .putAllKafkaProperties(kafka.properties());
            }
            if (peer.kind().equals("gateway")) {
                response.setFleetSecret(fleetSecret);
            }
            return response.build();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("an issued certificate has no DER form", e);
        }
    }
}
