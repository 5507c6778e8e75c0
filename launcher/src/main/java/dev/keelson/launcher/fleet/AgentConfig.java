package dev.keelson.launcher.fleet;

import dev.keelson.launcher.distribution.Component;
import dev.keelson.launcher.distribution.Distribution;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a node's agent.
 *
 * @param name the node
 * @param data its folder
 * @param port of its HTTP interface on loopback
 * @param domain region/zone/rack
 * @param capacity ON_DEMAND or SPOT
 * @param controlPlane host:port of the control plane's gRPC interface
 * @param caFingerprint SHA-256 of the fleet's certificate authority
 * @param joinToken needed until the identity exists
 */
public record AgentConfig(
        String name,
        Path data,
        int port,
        String domain,
        String capacity,
        String controlPlane,
        String caFingerprint,
        @Nullable String joinToken) {

    /** Variables with which an engine can be made to fail on purpose. */
    static final List<String> CHAOS_VARIABLES =
            List.of("KEELSON_CHAOS", "KEELSON_CHAOS_POISON_SHA256");

    private static final List<String> ENGINE_VARIABLES =
            List.of(
                    "PATH",
                    "HOME",
                    "MALLOC_ARENA_MAX",
                    "OMP_NUM_THREADS",
                    "MKL_NUM_THREADS",
                    "DJL_CACHE_DIR",
                    "ENGINE_CACHE_DIR",
                    "OPT_OUT_TRACKING");

    /** The file's text. */
    public String text(Distribution distribution) {
        return YamlText.of(map(distribution, List.of()));
    }

    /**
     * @param variables names that its engines inherit besides the usual ones
     */
    Map<String, Object> map(Distribution distribution, List<String> variables) {
        var link = new LinkedHashMap<String, Object>();
        link.put("grpc", controlPlane);
        link.put("caFingerprint", caFingerprint);
        if (joinToken != null) {
            link.put("joinToken", joinToken);
        }
        var config = new LinkedHashMap<String, Object>();
        config.put("name", name);
        config.put("data", data);
        config.put("http", YamlText.map("host", "127.0.0.1", "port", port));
        config.put("controlPlane", link);
        config.put("domain", domain);
        config.put("capacity", capacity);
        config.put("capacityThousandths", 1000);
        config.put("engines", YamlText.map("gpu-runtime", engine(distribution, variables)));
        config.put("modelRoots", List.of(distribution.modelRoot()));
        config.put("agentGrace", "45s");
        return config;
    }

    private static Map<String, Object> engine(Distribution distribution, List<String> variables) {
        return YamlText.map(
                "adapter",
                "gpu-runtime",
                "command",
                distribution.command(Component.ENGINE, List.of()),
                "environment",
                Stream.concat(ENGINE_VARIABLES.stream(), variables.stream()).toList());
    }
}
