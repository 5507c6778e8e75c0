package dev.keelson.gateway;

import dev.keelson.exchange.config.ConfigFile;
import dev.keelson.exchange.identity.JoinSettings;
import dev.keelson.gateway.route.RoutingSettings;
import dev.keelson.yaml.YamlSection;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What the gateway's file says.
 *
 * @param name wanted name in the fleet
 * @param data folder for identity, request log and the last routing table
 * @param http address that clients use
 * @param queueLimit requests that wait while no replica takes them; default 512
 * @param routing how requests find replicas; default {@link RoutingSettings#usual}
 * @param requestDeadline by when a request has its first token; default 60 s
 * @param plainStorage keep records uncompressed
 */
record GatewayConfig(
        String name,
        Path data,
        InetSocketAddress http,
        JoinSettings join,
        int queueLimit,
        RoutingSettings routing,
        Duration requestDeadline,
        boolean plainStorage) {

    static GatewayConfig read(Path file) {
        return of(ConfigFile.read(file));
    }

    static GatewayConfig of(YamlSection file) {
        String name = file.text("name");
        YamlSection http = file.section("http");
        YamlSection control = file.section("controlPlane");
        GatewayConfig config =
                new GatewayConfig(
                        name,
                        file.file("data"),
                        new InetSocketAddress(http.text("host"), http.port("port")),
                        JoinSettings.read("gateway", name, control),
                        file.whole("queueLimit", 0, 1_000_000, 512),
                        routing(file),
                        file.duration("requestDeadline", Duration.ofSeconds(60)),
                        file.flag("plainStorage", false));
        file.noMoreKeys();
        return config;
    }

    private static RoutingSettings routing(YamlSection file) {
        RoutingSettings usual = RoutingSettings.usual();
        return new RoutingSettings(
                file.has("routing")
                        ? RoutingSettings.policy(file.word("routing", RoutingSettings.POLICIES))
                        : usual.policy(),
                file.duration("slowStart", usual.slowStart()),
                file.duration("ejection", usual.ejection()),
                file.duration("adapterSwitch", usual.adapterSwitch()));
    }
}
