package dev.keelson.exchange.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import dev.keelson.protocol.v1.EnrolmentGrpc;
import dev.keelson.protocol.v1.JoinRequest;
import dev.keelson.protocol.v1.JoinResponse;
import dev.keelson.protocol.v1.RenewRequest;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MembershipTest {
    @TempDir Path folder;
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    private final InstantSource clock = now::get;
    private final AtomicInteger renewals = new AtomicInteger();
    private CertificateAuthority authority;
    private Server server;

    @BeforeEach
    void startControlPlane() throws IOException {
        authority = CertificateAuthority.open(folder.resolve("ca"), clock);
        server = start(Tls.server(authority.issueServer(List.of("127.0.0.1"))));
    }

    @AfterEach
    void stop() {
        server.shutdownNow();
    }

    @Test
    void joinsWithATokenAndNeedsNoneLater() throws Exception {
        var home = folder.resolve("identity");
        try (var member = open(settings(authority.fingerprint(), "good"), home)) {
            assertThat(member.name()).isEqualTo("node-1");
            assertThat(member.kafka().orElseThrow().bootstrap()).isEqualTo("k:1");
        }
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(home.resolve("membership.json"))))
                .isEqualTo("rw-------");
        try (var again = open(settings(authority.fingerprint(), null), home)) {
            assertThat(again.name()).isEqualTo("node-1");
        }
    }

    @Test
    void startsWithItsIdentityWhileTheControlPlaneIsAway() throws Exception {
        var home = folder.resolve("identity");
        open(settings(authority.fingerprint(), "good"), home).close();
        var known = settings(authority.fingerprint(), null);
        server.shutdownNow().awaitTermination();
        try (var again = open(known, home)) {
            assertThat(again.name()).isEqualTo("node-1");
        }
    }

    @Test
    void renewsAfterTwoThirdsOfTheCertificatesLife() throws Exception {
        try (var member =
                open(settings(authority.fingerprint(), "good"), folder.resolve("identity"))) {
            var first = member.channel();
            member.maintain();
            assertThat(member.channel()).isSameAs(first);
            now.set(now.get().plus(Duration.ofHours(18)));
            member.maintain();
            assertThat(member.channel()).isNotSameAs(first);
            assertThat(member.expiresAt()).isAfter(now.get().plus(Duration.ofHours(23)));
            assertThat(renewals).hasValue(1);
        }
    }

    @Test
    void refusesWithATypedReason() {
        assertThat(refusal(settings(authority.fingerprint(), "wrong")))
                .isEqualTo(JoinRefused.Reason.WRONG_TOKEN);
        assertThat(refusal(settings(authority.fingerprint(), null)))
                .isEqualTo(JoinRefused.Reason.NO_TOKEN);
        assertThat(refusal(settings("00".repeat(32), "good")))
                .isEqualTo(JoinRefused.Reason.WRONG_FINGERPRINT);
    }

    @Test
    void refusesPlainText() throws Exception {
        server.shutdownNow().awaitTermination();
        server = start(InsecureServerCredentials.create());
        assertThat(refusal(settings(authority.fingerprint(), "good")))
                .isEqualTo(JoinRefused.Reason.NOT_TLS);
    }

    @Test
    void refusesARequestThatItsKeyDidNotSign() throws Exception {
        var request = CertificateRequest.create().pkcs10();
        request[request.length - 5] ^= 1;
        var refused =
                catchThrowableOfType(
                        JoinRefused.class, () -> authority.issueMember(request, "node", "a"));
        assertThat(refused.reason()).isEqualTo(JoinRefused.Reason.BAD_REQUEST);
    }

    @Test
    void keepsTheAuthorityOverRestarts() throws IOException {
        assertThat(CertificateAuthority.open(folder.resolve("ca"), clock).fingerprint())
                .isEqualTo(authority.fingerprint());
    }

    private JoinRefused.Reason refusal(JoinSettings settings) {
        var home = folder.resolve("refused");
        return catchThrowableOfType(JoinRefused.class, () -> open(settings, home)).reason();
    }

    private Membership open(JoinSettings settings, Path home) throws Exception {
        return Membership.open(settings, home, clock, new Random(1));
    }

    private JoinSettings settings(
            String fingerprint, @org.jspecify.annotations.Nullable String token) {
        return new JoinSettings(
                "node", "node-1", "127.0.0.1:" + server.getPort(), fingerprint, token);
    }

    private Server start(ServerCredentials credentials) throws IOException {
        return Grpc.newServerBuilderForPort(0, credentials)
                .addService(new OneToken())
                .build()
                .start();
    }

    /** Knows the token "good". */
    private final class OneToken extends EnrolmentGrpc.EnrolmentImplBase {
        @Override
        public void join(JoinRequest request, StreamObserver<JoinResponse> answer) {
            if (request.getToken().equals("good")) {
                issue(request.getCertificateRequest(), answer);
            } else {
                answer.onError(
                        Refusal.of(
                                Status.Code.UNAUTHENTICATED,
                                JoinRefused.Reason.WRONG_TOKEN,
                                "unknown token"));
            }
        }

        @Override
        public void renew(RenewRequest request, StreamObserver<JoinResponse> answer) {
            renewals.incrementAndGet();
            issue(request.getCertificateRequest(), answer);
        }

        private void issue(ByteString request, StreamObserver<JoinResponse> answer) {
            try {
                var issued = authority.issueMember(request.toByteArray(), "node", "node-1");
                answer.onNext(
                        JoinResponse.newBuilder()
                                .setName("node-1")
                                .setCertificate(ByteString.copyFrom(Pem.der(issued)))
                                .setAuthority(ByteString.copyFrom(Pem.der(authority.certificate())))
                                .setKafkaBootstrap("k:1")
                                .build());
                answer.onCompleted();
            } catch (JoinRefused refused) {
                answer.onError(refused);
            }
        }
    }
}
