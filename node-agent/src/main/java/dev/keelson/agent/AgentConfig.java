package dev.keelson.agent;

import dev.keelson.agent.supervise.EngineCatalog;
import dev.keelson.agent.supervise.EngineProgram;
import dev.keelson.core.fleet.CapacityType;
import dev.keelson.core.fleet.FaultDomain;
import dev.keelson.exchange.config.ConfigException;
import dev.keelson.exchange.config.ConfigFile;
import dev.keelson.exchange.config.ConfigSection;
import dev.keelson.exchange.identity.JoinSettings;
import dev.keelson.serving.engine.EngineAdapter;
import dev.keelson.serving.engine.EngineAdapters;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The agent's configuration file.
 *
 * @param data the agent's folder
 * @param httpHost address of /healthz and /metrics
 * @param membership how it becomes a member of the fleet
 * @param domain where the node stands
 * @param capacity how it is paid for
 * @param thousandths what replicas may take together, 1000 per accelerator; default 1000
 * @param catalog what it may start
 * @param awsNotice base address of the instance metadata service; null where there is none
 * @param faultHook while this file exists the agent behaves as cut off; null in earnest
 * @param agentGrace how long an engine goes on without its agent; default 45s
 * @param plainStorage nothing that is stored is compressed; default false
 * @param onStop what becomes of the engines at an orderly end; default keep, under a supervisor end
 */
record AgentConfig(
        Path data,
        String httpHost,
        int httpPort,
        JoinSettings membership,
        FaultDomain domain,
        CapacityType capacity,
        int thousandths,
        EngineCatalog catalog,
        @Nullable URI awsNotice,
        @Nullable Path faultHook,
        Duration agentGrace,
        boolean plainStorage,
        OnStop onStop) {

    /** What becomes of the engines when the agent is told to end. */
    enum OnStop {
        /** They go on, and the next agent adopts them. */
        KEEP,
        /** They finish briefly and end. */
        END
    }

    /**
     * @param supervised does a supervisor own this agent, so that its node ends with it?
     */
    static AgentConfig read(Path file, boolean supervised) {
        return from(ConfigFile.read(file), supervised);
    }

    static AgentConfig from(ConfigSection root, boolean supervised) {
        ConfigSection http = root.section("http");
        ConfigSection notice = root.optionalSection("notice").orElse(null);
        var config =
                new AgentConfig(
                        root.file("data").toAbsolutePath().normalize(),
                        http.text("host", "127.0.0.1"),
                        http.number("port"),
                        membership(root),
                        domain(root.text("domain", "local/zone-a/rack-1")),
                        choice(
                                "capacity",
                                root.text("capacity", "ON_DEMAND"),
                                CapacityType.values()),
                        thousandths(root.number("capacityThousandths", 1000)),
                        new EngineCatalog(
                                programs(root.section("engines")),
                                root.texts("modelRoots").stream().map(Path::of).toList()),
                        notice == null
                                ? null
                                : notice.optionalText("aws").map(AgentConfig::address).orElse(null),
                        root.optionalText("faultHook").map(Path::of).orElse(null),
                        root.duration("agentGrace", Duration.ofSeconds(45)),
                        root.flag("plainStorage", false),
                        choice(
                                "onStop",
                                root.text("onStop", supervised ? "end" : "keep"),
                                OnStop.values()));
        root.noMoreKeys();
        return config;
    }

    private static JoinSettings membership(ConfigSection root) {
        ConfigSection section = root.section("controlPlane");
        try {
            return new JoinSettings(
                    "node",
                    root.text("name", ""),
                    section.text("grpc"),
                    section.text("caFingerprint"),
                    section.optionalText("joinToken").orElse(null));
        } catch (IllegalArgumentException malformed) {
            throw new ConfigException(String.valueOf(malformed.getMessage()), malformed);
        }
    }

    private static Map<String, EngineProgram> programs(ConfigSection engines) {
        var programs = new HashMap<String, EngineProgram>();
        for (String name : engines.keys()) {
            ConfigSection section = engines.section(name);
            String adapterName = section.text("adapter", name);
            EngineAdapter adapter =
                    EngineAdapters.find(adapterName)
                            .orElseThrow(() ->
                                    new ConfigException(
                                            "The engine adapter (%s) must be one of %s."
                                                    .formatted(
                                                            adapterName, EngineAdapters.names())));
            List<String> command = section.texts("command");
            if (command.isEmpty()) {
                throw new ConfigException(
                        "The command of the engine %s must not be empty.".formatted(name));
            }
            programs.put(
                    name,
                    new EngineProgram(adapter, command, Set.copyOf(section.texts("environment"))));
        }
        return programs;
    }

    private static FaultDomain domain(String text) {
        String[] levels = text.split("/", -1);
        if (levels.length != 3 || Arrays.stream(levels).anyMatch(String::isBlank)) {
            throw new ConfigException("The domain (%s) must be region/zone/rack.".formatted(text));
        }
        return new FaultDomain(levels[0], levels[1], levels[2]);
    }

    private static int thousandths(int value) {
        if (value < 1) {
            throw new ConfigException(
                    "The capacityThousandths (%d) must be at least 1.".formatted(value));
        }
        return value;
    }

    private static URI address(String text) {
        try {
            URI address = URI.create(text);
            if ("http".equals(address.getScheme()) && address.getHost() != null) {
                return address;
            }
        } catch (IllegalArgumentException malformed) {
            throw new ConfigException(
                    "The address notice.aws (%s) is malformed.".formatted(text), malformed);
        }
        throw new ConfigException(
                "The address notice.aws (%s) must begin with http://.".formatted(text));
    }

    private static <E extends Enum<E>> E choice(String key, String text, E[] allowed) {
        for (E value : allowed) {
            if (value.name().equals(text.toUpperCase(Locale.ROOT))) {
                return value;
            }
        }
        throw new ConfigException(
                "The %s (%s) must be one of %s.".formatted(key, text, Arrays.toString(allowed)));
    }
}
