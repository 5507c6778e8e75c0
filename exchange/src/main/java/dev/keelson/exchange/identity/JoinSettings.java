package dev.keelson.exchange.identity;

import dev.keelson.yaml.YamlSection;
import org.jspecify.annotations.Nullable;

/**
 * How a process becomes a member of a fleet.
 *
 * @param kind node or gateway
 * @param name wanted name; empty lets the control plane pick one
 * @param grpcAddress host:port of the control plane
 * @param caFingerprint hexadecimal SHA-256 of the authority's certificate; pins it at the first
 *     contact
 * @param joinToken single-use; null once the identity exists
 */
public record JoinSettings(
        String kind,
        String name,
        String grpcAddress,
        String caFingerprint,
        @Nullable String joinToken) {
    public JoinSettings {
        if (!kind.equals("node") && !kind.equals("gateway")) {
            throw new IllegalArgumentException(
                    "The kind (%s) must be node or gateway.".formatted(kind));
        }
        if (!grpcAddress.matches(".+:\\d{1,5}")) {
            throw new IllegalArgumentException(
                    "The control plane's address (%s) must be host:port.".formatted(grpcAddress));
        }
    }

    /**
     * Reads {@code controlPlane: {grpc: ..., caFingerprint: ..., joinToken: ...}}.
     *
     * @throws dev.keelson.exchange.config.ConfigException naming file and line of what is malformed
     */
    public static JoinSettings read(String kind, String name, YamlSection section) {
        var grpc = section.text("grpc");
        if (!grpc.matches("[^/\\s]+:\\d{1,5}")) {
            throw section.wrong("grpc", "HOST:PORT of the control plane");
        }
        var fingerprint = section.text("caFingerprint");
        if (!fingerprint.replace(":", "").matches("[0-9a-fA-F]{64}")) {
            throw section.wrong("caFingerprint", "a SHA-256 in 64 hexadecimal digits");
        }
        return new JoinSettings(
                kind, name, grpc, fingerprint, section.optionalText("joinToken").orElse(null));
    }

    String host() {
        var host = grpcAddress.substring(0, grpcAddress.lastIndexOf(':'));
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    int port() {
        return Integer.parseInt(grpcAddress.substring(grpcAddress.lastIndexOf(':') + 1));
    }

    /** Leaves the secret out. */
    @Override
    public String toString() {
        return "JoinSettings[%s/%s at %s]".formatted(kind, name, grpcAddress);
    }
}
