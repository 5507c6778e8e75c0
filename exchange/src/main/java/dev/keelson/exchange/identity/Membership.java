package dev.keelson.exchange.identity;

import com.google.protobuf.ByteString;
import dev.keelson.protocol.v1.EnrolmentGrpc;
import dev.keelson.protocol.v1.JoinRequest;
import dev.keelson.protocol.v1.JoinResponse;
import dev.keelson.protocol.v1.RenewRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process's place in a fleet: its name, its certificate and the channel to the control plane.
 * Thread-safe. {@link #maintain()} is to be called about once a minute or oftener; whoever holds a
 * long call asks {@link #channel()} again when the call ends.
 */
public final class Membership implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);
    private static final Duration FIRST_WAIT = Duration.ofMillis(200);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(3);
    private static final Duration CALL_LIMIT = Duration.ofSeconds(5);
    private static final Duration START_LIMIT = Duration.ofSeconds(2);
    private static final Duration RENEW_AGAIN_AFTER = Duration.ofSeconds(30);

    private final JoinSettings settings;
    private final Path file;
    private final InstantSource clock;
    private final RandomGenerator random;
    private volatile StoredIdentity identity;
    private volatile ManagedChannel channel;
    private Instant renewAt;

    private Membership(
            JoinSettings settings,
            Path file,
            InstantSource clock,
            RandomGenerator random,
            StoredIdentity identity)
            throws IOException {
        this.settings = settings;
        this.file = file;
        this.clock = clock;
        this.random = random;
        this.identity = identity;
        this.channel = Tls.member(settings.host(), settings.port(), identity.credentials());
        this.renewAt = renewalOf(identity.credentials().certificate(), random);
    }

    /**
     * Takes the identity of the folder, or joins with the settings' token. Blocks, trying again
     * with back-off, for as long as the control plane cannot be reached and there is no identity
     * yet; with one it never waits for the control plane.
     *
     * @param folder keeps the identity (mode 0600)
     * @throws JoinRefused when trying again would not help
     */
    public static Membership open(JoinSettings settings, Path folder)
            throws JoinRefused, IOException, InterruptedException {
        return open(settings, folder, InstantSource.system(), RandomGenerator.getDefault());
    }

    /** The same with time and chance given. */
    public static Membership open(
            JoinSettings settings, Path folder, InstantSource clock, RandomGenerator random)
            throws JoinRefused, IOException, InterruptedException {
        var file = folder.resolve("membership.json");
        var stored = StoredIdentity.read(file);
        if (stored.isPresent() && isUsable(stored.get(), clock.instant())) {
            var member = new Membership(settings, file, clock, random, stored.get());
            member.refreshOnce();
            return member;
        }
        var joined = joinPatiently(settings, random);
        joined.write(file);
        return new Membership(settings, file, clock, random, joined);
    }

    /** Name within the fleet, as the certificate has it. */
    public String name() {
        return identity.name();
    }

    /** Mutual TLS to the control plane; another one after a renewal. */
    public ManagedChannel channel() {
        return channel;
    }

    /** Where Kafka is; empty in a fleet without it. */
    public Optional<KafkaAccess> kafka() {
        return Optional.ofNullable(identity.kafka());
    }

    /**
     * What the fleet's gateways key the fingerprints of requests with; empty for a node and where
     * the control plane gave none.
     */
    public Optional<String> fleetSecret() {
        return Optional.ofNullable(identity.fleetSecret());
    }

    /** End of the certificate's life. */
    public Instant expiresAt() {
        return identity.credentials().certificate().getNotAfter().toInstant();
    }

    /** Renews the certificate when two thirds of its life have passed; blocks 5 s at most. */
    public synchronized void maintain() {
        if (!clock.instant().isBefore(renewAt)) {
            renew(CALL_LIMIT);
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    /**
     * Kafka's address may have changed while this process was down; who is away is not waited for.
     */
    private synchronized void refreshOnce() {
        renew(START_LIMIT);
    }

    private void renew(Duration limit) {
        var request = CertificateRequest.create();
        try {
            var answer =
                    EnrolmentGrpc.newBlockingStub(channel)
                            .withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS)
                            .renew(
                                    RenewRequest.newBuilder()
                                            .setCertificateRequest(
                                                    ByteString.copyFrom(request.pkcs10()))
                                            .build());
            var next = StoredIdentity.of(request.keys().getPrivate(), answer);
            next.write(file);
            var old = channel;
            channel = Tls.member(settings.host(), settings.port(), next.credentials());
            identity = next;
            renewAt = renewalOf(next.credentials().certificate(), random);
            // Open calls end by themselves; only new ones need the new certificate.
            old.shutdown();
        } catch (StatusRuntimeException | CertificateException | IOException e) {
            LOG.info("the certificate of {} was not renewed yet: {}", name(), e.getMessage());
            renewAt = later(renewAt, clock.instant().plus(RENEW_AGAIN_AFTER));
        }
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }

    private static boolean isUsable(StoredIdentity stored, Instant now) {
        return now.isBefore(stored.credentials().certificate().getNotAfter().toInstant());
    }

    /** Two thirds of the life, spread over 5 % of it so that a fleet does not renew at once. */
    static Instant renewalOf(X509Certificate certificate, RandomGenerator random) {
        var from = certificate.getNotBefore().toInstant();
        var life = Duration.between(from, certificate.getNotAfter().toInstant());
        var share = 2.0 / 3 + (random.nextDouble() - 0.5) * 0.05;
        return from.plusMillis((long) (life.toMillis() * share));
    }

    private static StoredIdentity joinPatiently(JoinSettings settings, RandomGenerator random)
            throws JoinRefused, InterruptedException, IOException {
        var token = settings.joinToken();
        if (token == null || token.isBlank()) {
            throw new JoinRefused(
                    JoinRefused.Reason.NO_TOKEN,
                    "This %s has no identity yet: give it a join token."
                            .formatted(settings.kind()));
        }
        // The same key at every try: should an answer get lost, the token is known to be ours.
        var request = CertificateRequest.create();
        var wait = FIRST_WAIT;
        while (true) {
            var answer = tryToJoin(settings, token, request);
            if (answer.isPresent()) {
                try {
                    return StoredIdentity.of(request.keys().getPrivate(), answer.get());
                } catch (CertificateException e) {
                    throw new IOException("the control plane sent no certificate", e);
                }
            }
            Thread.sleep((long) (wait.toMillis() * (0.75 + random.nextDouble() / 2)));
            wait =
                    wait.multipliedBy(2).compareTo(LONGEST_WAIT) > 0
                            ? LONGEST_WAIT
                            : wait.multipliedBy(2);
        }
    }

    private static Optional<JoinResponse> tryToJoin(
            JoinSettings settings, String token, CertificateRequest request) throws JoinRefused {
        var pinned = new PinnedAuthority(settings.caFingerprint());
        var channel = Tls.stranger(settings.host(), settings.port(), pinned);
        try {
            return Optional.of(
                    EnrolmentGrpc.newBlockingStub(channel)
                            .withDeadlineAfter(CALL_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                            .join(
                                    JoinRequest.newBuilder()
                                            .setToken(token)
                                            .setKind(settings.kind())
                                            .setName(settings.name())
                                            .setCertificateRequest(
                                                    ByteString.copyFrom(request.pkcs10()))
                                            .build()));
        } catch (StatusRuntimeException e) {
            refuseIfFinal(e, pinned);
            LOG.info("waiting for the control plane at {}", settings.grpcAddress());
            return Optional.empty();
        } finally {
            channel.shutdownNow();
        }
    }

    private static void refuseIfFinal(StatusRuntimeException e, PinnedAuthority pinned)
            throws JoinRefused {
        if (pinned.strangerAnswered()) {
            throw new JoinRefused(
                    JoinRefused.Reason.WRONG_FINGERPRINT,
                    "The control plane's authority is not the one that was pinned: check the CA"
                            + " fingerprint.");
        }
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause.getClass().getSimpleName().equals("NotSslRecordException")) {
                throw new JoinRefused(
                        JoinRefused.Reason.NOT_TLS,
                        "What answers at the control plane's address does not speak TLS.");
            }
        }
        switch (e.getStatus().getCode()) {
            case UNAUTHENTICATED,
                    PERMISSION_DENIED,
                    INVALID_ARGUMENT,
                    ALREADY_EXISTS,
                    FAILED_PRECONDITION -> {
                var said = e.getStatus().getDescription();
                throw new JoinRefused(
                        Refusal.reasonOf(e), said == null ? "The control plane refused." : said);
            }
            default -> {}
        }
    }
}
