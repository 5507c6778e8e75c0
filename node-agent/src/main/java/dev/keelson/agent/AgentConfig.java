package dev.keelson.agent;

import dev.keelson.agent.supervise.EngineCatalog;
import dev.keelson.agent.supervise.EngineProgram;
import dev.keelson.core.fleet.CapacityType;
import dev.keelson.core.fleet.FaultDomain;
import dev.keelson.exchange.config.ConfigFile;
import dev.keelson.exchange.identity.JoinSettings;
import dev.keelson.serving.engine.EngineAdapter;
import dev.keelson.serving.engine.EngineAdapters;
import dev.keelson.serving.engine.HangRule;
import dev.keelson.serving.engine.ModelForm;
import dev.keelson.yaml.YamlSection;
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
 * @param engineHost address that engines listen on and gateways reach them at; default 127.0.0.1
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
        OnStop onStop,
        String engineHost) {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration DAY = Duration.ofDays(1);

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

    static AgentConfig from(YamlSection root, boolean supervised) {
        YamlSection http = root.section("http");
        YamlSection notice = root.optionalSection("notice").orElse(null);
        var config =
                new AgentConfig(
                        root.file("data").toAbsolutePath().normalize(),
                        http.text("host", "127.0.0.1"),
                        http.port("port"),
                        JoinSettings.read(
                                "node", root.text("name", ""), root.section("controlPlane")),
                        domain(root),
                        choice(root, "capacity", CapacityType.ON_DEMAND, CapacityType.values()),
                        root.whole("capacityThousandths", 1, 1_000_000, 1000),
                        new EngineCatalog(
                                programs(root.section("engines")),
                                root.texts("modelRoots").stream().map(Path::of).toList()),
                        notice == null ? null : address(notice, "aws"),
                        root.optionalFile("faultHook").orElse(null),
                        root.duration("agentGrace", Duration.ofSeconds(45)),
                        root.flag("plainStorage", false),
                        choice(
                                root,
                                "onStop",
                                supervised ? OnStop.END : OnStop.KEEP,
                                OnStop.values()),
                        root.text("engineHost", "127.0.0.1"));
        root.noMoreKeys();
        return config;
    }

    private static Map<String, EngineProgram> programs(YamlSection engines) {
        var programs = new HashMap<String, EngineProgram>();
        for (String name : engines.keys()) {
            YamlSection section = engines.section(name);
            EngineAdapter adapter =
                    EngineAdapters.find(section.text("adapter", name))
                            .orElseThrow(() ->
                                    engines.wrong(
                                            name,
                                            "an engine whose adapter is one of "
                                                    + EngineAdapters.names()));
            programs.put(name, program(adapter, section));
        }
        return programs;
    }

    private static EngineProgram program(EngineAdapter adapter, YamlSection section) {
        List<String> command = section.texts("command");
        if (command.isEmpty()) {
            throw section.wrong("command", "a list that is not empty");
        }
        Set<String> models = Set.copyOf(section.texts("models"));
        if (!models.isEmpty() && adapter.modelForm() != ModelForm.FOLDER_OR_NAME) {
            throw section.malformed(
                    "models", "left out: %s takes no names of models".formatted(adapter.name()));
        }
        HangRule rule = adapter.hangRule();
        return new EngineProgram(
                adapter,
                command,
                Set.copyOf(section.texts("environment")),
                section.properties("variables"),
                models,
                positive(section, "startLimit", adapter.startLimit()),
                section.has("hangAfter")
                        ? rule.withSilence(positive(section, "hangAfter", rule.silence()))
                        : rule);
    }

    private static Duration positive(YamlSection section, String key, Duration otherwise) {
        Duration given = section.duration(key, otherwise);
        if (given.compareTo(SECOND) < 0 || given.compareTo(DAY) > 0) {
            throw section.wrong(key, "a duration from 1s to 24h");
        }
        return given;
    }

    private static FaultDomain domain(YamlSection root) {
        String[] levels = root.text("domain", "local/zone-a/rack-1").split("/", -1);
        if (levels.length != 3 || Arrays.stream(levels).anyMatch(String::isBlank)) {
            throw root.wrong("domain", "region/zone/rack");
        }
        return new FaultDomain(levels[0], levels[1], levels[2]);
    }

    private static @Nullable URI address(YamlSection notice, String key) {
        String text = notice.optionalText(key).orElse(null);
        if (text == null) {
            return null;
        }
        try {
            URI address = URI.create(text);
            if ("http".equals(address.getScheme()) && address.getHost() != null) {
                return address;
            }
        } catch (IllegalArgumentException malformed) {
            throw notice.wrong(key, "an address that begins with http://");
        }
        throw notice.wrong(key, "an address that begins with http://");
    }

    private static <E extends Enum<E>> E choice(
            YamlSection root, String key, E otherwise, E[] allowed) {
        String text = root.text(key, otherwise.name());
        for (E value : allowed) {
            if (value.name().equals(text.toUpperCase(Locale.ROOT))) {
                return value;
            }
        }
        throw root.wrong(key, "one of " + Arrays.toString(allowed));
    }
}
