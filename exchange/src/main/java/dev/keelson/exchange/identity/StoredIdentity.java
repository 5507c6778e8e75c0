package dev.keelson.exchange.identity;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.protocol.v1.JoinResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A member's identity as it lies on disk: one file, so that key and certificate always match. */
record StoredIdentity(
        String name,
        KeyAndCertificate credentials,
        @Nullable KafkaAccess kafka,
        @Nullable String fleetSecret) {
    private static final ObjectMapper JSON = new ObjectMapper();

    static StoredIdentity of(PrivateKey key, JoinResponse answer) throws CertificateException {
        var credentials =
                new KeyAndCertificate(
                        key,
                        Pem.parseCertificate(answer.getCertificate().toByteArray()),
                        Pem.parseCertificate(answer.getAuthority().toByteArray()));
        var kafka =
                answer.getKafkaBootstrap().isEmpty()
                        ? null
                        : new KafkaAccess(
                                answer.getKafkaBootstrap(), answer.getKafkaPropertiesMap());
        var secret = answer.getFleetSecret();
        return new StoredIdentity(
                answer.getName(), credentials, kafka, secret.isEmpty() ? null : secret);
    }

    static Optional<StoredIdentity> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            var node = JSON.readTree(Files.readString(file));
            var base64 = Base64.getDecoder();
            var credentials =
                    new KeyAndCertificate(
                            Pem.parseKey(base64.decode(node.path("key").asText())),
                            Pem.parseCertificate(base64.decode(node.path("certificate").asText())),
                            Pem.parseCertificate(base64.decode(node.path("authority").asText())));
            var properties = new LinkedHashMap<String, String>();
            node.path("kafkaProperties")
                    .properties()
                    .forEach(entry -> properties.put(entry.getKey(), entry.getValue().asText()));
            var bootstrap = node.path("kafkaBootstrap").asText("");
            var kafka = bootstrap.isEmpty() ? null : new KafkaAccess(bootstrap, properties);
            var secret = node.path("fleetSecret").asText("");
            return Optional.of(
                    new StoredIdentity(
                            node.path("name").asText(),
                            credentials,
                            kafka,
                            secret.isEmpty() ? null : secret));
        } catch (JacksonException | GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException(
                    "%s does not hold an identity; remove it and join with a new token."
                            .formatted(file),
                    e);
        }
    }

    void write(Path file) throws IOException {
        var base64 = Base64.getEncoder();
        var fields = new LinkedHashMap<String, Object>();
        fields.put("name", name);
        fields.put("key", base64.encodeToString(credentials.key().getEncoded()));
        fields.put("certificate", base64.encodeToString(Pem.der(credentials.certificate())));
        fields.put("authority", base64.encodeToString(Pem.der(credentials.authority())));
        if (kafka != null) {
            fields.put("kafkaBootstrap", kafka.bootstrap());
            fields.put("kafkaProperties", kafka.properties());
        }
        if (fleetSecret != null) {
            fields.put("fleetSecret", fleetSecret);
        }
        PrivateFile.write(file, JSON.writeValueAsString(fields));
    }

    /** Shows no secret. */
    @Override
    public String toString() {
        return "StoredIdentity[" + name + "]";
    }
}
