package dev.keelson.controlplane;

import dev.keelson.exchange.config.ConfigFile;
import dev.keelson.exchange.identity.KafkaAccess;
import dev.keelson.yaml.YamlSection;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Configuration of a control plane.
 *
 * @param data folder of the database, the certificate authority and the first token
 * @param http where REST, server-sent events and the web page listen; default 127.0.0.1
 * @param grpc where agents and gateways connect
 * @param policies folder of manifests, watched
 * @param kafka also given to those who join; null in a fleet without Kafka
 * @param nodeProvider who gives and takes back nodes; null where nodes come by hand
 * @param minNodes fewest nodes the provider holds, where no Fleet manifest says otherwise; default
 *     0
 * @param maxNodes most nodes the provider holds, where no Fleet manifest says otherwise; default 0
 * @param plainStorage nothing on disk or in Kafka is compressed
 */
public record ControlPlaneConfig(
        Path data,
        Address http,
        Address grpc,
        Path policies,
        @Nullable KafkaAccess kafka,
        @Nullable LocalProvider nodeProvider,
        int minNodes,
        int maxNodes,
        boolean plainStorage) {

    private static final int MOST_NODES = 10_000;

    /** Where a socket listens. */
    public record Address(String host, int port) {}

    /** The supervisor of a local fleet as a provider of nodes. */
    public record LocalProvider(String url, Path tokenFile) {}

    public static ControlPlaneConfig read(Path file) {
        return from(ConfigFile.read(file));
    }

    static ControlPlaneConfig from(YamlSection section) {
        var nodes = section.optionalSection("nodes");
        var result =
                new ControlPlaneConfig(
                        section.file("data"),
                        address(section.section("http")),
                        address(section.section("grpc")),
                        section.file("policies"),
                        section.optionalSection("kafka")
                                .map(kafka ->
                                        new KafkaAccess(
                                                kafka.text("bootstrap"),
                                                kafka.properties("properties")))
                                .orElse(null),
                        section.optionalSection("nodeProvider")
                                .map(ControlPlaneConfig::provider)
                                .orElse(null),
                        nodes.map(bounds -> bounds.whole("min", 0, MOST_NODES, 0)).orElse(0),
                        nodes.map(ControlPlaneConfig::maximum).orElse(0),
                        section.flag("plainStorage", false));
        section.noMoreKeys();
        return result;
    }

    private static int maximum(YamlSection bounds) {
        int least = bounds.whole("min", 0);
        int most = bounds.whole("max", 0, MOST_NODES, 0);
        if (most < least) {
            throw bounds.wrong("max", "at least nodes.min (%d)".formatted(least));
        }
        return most;
    }

    private static Address address(YamlSection section) {
        return new Address(section.text("host", "127.0.0.1"), section.port("port"));
    }

    private static @Nullable LocalProvider provider(YamlSection section) {
        var kind = section.text("kind", "static");
        return switch (kind) {
            case "static" -> null;
            case "local" -> new LocalProvider(section.text("url"), section.file("tokenFile"));
            default -> throw section.wrong("kind", "static or local");
        };
    }
}
