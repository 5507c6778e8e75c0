package dev.keelson.simulator.trace;

import dev.keelson.core.fleet.CapacityType;
import dev.keelson.core.policy.Slo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads a fleet file (YAML). Shape: {@code datasets/fleets/fleet.schema.json}. */
public final class FleetFile {
    /** A closed form of the file's coefficients. */
    public static final String LINEAR = "linear";

    /** The engine simulator, step by step. */
    public static final String DETAILED = "detailed";

    private static final int MOST_REPLICAS = 10_000;
    private static final Duration SHORTEST_TICK = Duration.ofMillis(10);
    private static final Duration LONGEST_TICK = Duration.ofMinutes(1);

    private FleetFile() {}

    /**
     * @throws InputException with file, line and what was expected
     */
    public static Fleet read(Path file) {
        return read(file, null);
    }

    /**
     * The same with another engine than the file names.
     *
     * @param engine {@value #LINEAR} or {@value #DETAILED}; null for the file's
     */
    public static Fleet read(Path file, @Nullable String engine) {
        try {
            return parse(file.toString(), Files.readString(file), engine);
        } catch (NoSuchFileException e) {
            throw new InputException("%s: there is no such file.".formatted(file));
        } catch (IOException e) {
            throw new InputException("%s: cannot be read (%s).".formatted(file, e.getMessage()));
        }
    }

    /** The same from text; {@code name} stands for the file in messages. */
    public static Fleet parse(String name, String text) {
        return parse(name, text, null);
    }

    private static Fleet parse(String name, String text, @Nullable String engine) {
        var settings = LoadSettings.builder().setLabel(name).setMaxAliasesForCollections(0).build();
        Optional<Node> root;
        try {
            root = new Compose(settings).composeString(text);
        } catch (YamlEngineException e) {
            int line =
                    e instanceof MarkedYamlEngineException marked
                            ? marked.getProblemMark().map(m -> m.getLine() + 1).orElse(1)
                            : 1;
            throw new InputException(
                    "%s:%d: is no YAML (%s)."
                            .formatted(name, line, firstLine(String.valueOf(e.getMessage()))));
        }
        if (root.isPresent() && root.get() instanceof MappingNode mapping) {
            var section = new YamlSection(name, "", mapping);
            var folder = Path.of(name).toAbsolutePath().getParent();
            var fleet = fleet(section, folder == null ? Path.of("/") : folder, engine);
            section.noMoreKeys();
            return fleet;
        }
        throw new InputException("%s:1: expected 'key: value' lines.".formatted(name));
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse("");
    }

    private static Fleet fleet(YamlSection root, Path folder, @Nullable String engineKind) {
        var deployment = root.section("deployment");
        int most = deployment.whole("maxReplicas", 1, MOST_REPLICAS);
        int least = deployment.whole("minReplicas", 0, most);
        int gpus = deployment.whole("gpusPerReplica", 1, 64, 1);
        var slo = deployment.section("slo");
        var engineSection = root.section("engine");
        var engine = engine(engineSection);
        var kind = kind(engineSection, engineKind);
        var detailed = DetailedSection.of(engineSection, folder);
        var model = deployment.text("model");
        var gateway = root.optionalSection("gateway");
        var nodes = new ArrayList<Fleet.NodeGroup>();
        for (var node : root.sections("nodes")) {
            nodes.add(node(folder, node, gpus));
        }
        var fleet =
                new Fleet(
                        root.text("name"),
                        model,
                        new Slo(slo.duration("ttft"), slo.duration("tpot")),
                        least,
                        most,
                        deployment.optionalText("initialReplicas").isPresent()
                                ? deployment.whole("initialReplicas", least, most)
                                : null,
                        gpus,
                        deployment.whole("maxSequences", 1, engine.maxSequences()),
                        engine,
                        kind.equals(DETAILED) ? detailed.load(engine, model) : null,
                        coldStart(root.section("coldStart"), folder),
                        gateway.map(FleetFile::gateway)
                                .orElse(new Fleet.Gateway(512, Duration.ofSeconds(60))),
                        root.optionalSection("telemetry")
                                .map(t ->
                                        new Fleet.Telemetry(
                                                t.duration("interval", Duration.ofSeconds(1)),
                                                t.duration("delay", Duration.ZERO),
                                                t.number("lossShare", 0, 1, 0)))
                                .orElse(Fleet.Telemetry.PERFECT),
                        tick(root),
                        nodes,
                        incidents(root, nodes));
        if (fleet.capacity() < most) {
            throw deployment.wrong(
                    "maxReplicas",
                    Integer.toString(most),
                    "at most %d, what the nodes have room for".formatted(fleet.capacity()));
        }
        return fleet;
    }

    private static Duration tick(YamlSection root) {
        var control = root.optionalSection("control");
        var usual = Duration.ofSeconds(1);
        if (control.isEmpty()) {
            return usual;
        }
        var tick = control.get().duration("tick", usual);
        if (tick.compareTo(SHORTEST_TICK) < 0 || tick.compareTo(LONGEST_TICK) > 0) {
            throw control.get()
                    .wrong("tick", tick.toMillis() + "ms", "a duration from 10ms to 60s");
        }
        return tick;
    }

    private static String kind(YamlSection engine, @Nullable String asked) {
        var kind = engine.optionalText("simulate").orElse(LINEAR);
        if (!kind.equals(LINEAR) && !kind.equals(DETAILED)) {
            throw engine.wrong("simulate", kind, "linear or detailed");
        }
        return asked == null ? kind : asked;
    }

    private static Fleet.NodeGroup node(Path folder, YamlSection node, int gpusPerReplica) {
        var capacity = node.optionalText("capacity").orElse("ON_DEMAND");
        if (!List.of("ON_DEMAND", "SPOT", "RESERVED").contains(capacity)) {
            throw node.wrong("capacity", capacity, "ON_DEMAND, SPOT or RESERVED");
        }
        var spot = node.optionalSection("spot");
        if (spot.isPresent() && !capacity.equals("SPOT")) {
            throw node.wrong("capacity", capacity, "SPOT where 'spot' says when there is any");
        }
        return new Fleet.NodeGroup(
                node.text("name"),
                node.whole("count", 1, MOST_REPLICAS, 1),
                node.whole("gpus", gpusPerReplica, 1_000),
                node.optionalText("region").orElse("local"),
                node.optionalText("zone").orElse("zone-a"),
                CapacityType.valueOf(capacity),
                node.number("pricePerGpuHour", 0, 1e6),
                spot.map(section -> spot(folder, section)).orElse(null));
    }

    private static SpotMarket spot(Path folder, YamlSection spot) {
        var notice = spot.duration("notice", Duration.ofMinutes(2));
        var trace = spot.optionalText("trace");
        return trace.isPresent()
                ? new SpotMarket(
                        SpotTrace.read(folder.resolve(trace.get()).normalize()),
                        spot.duration("offset", Duration.ZERO),
                        0,
                        Duration.ZERO,
                        notice)
                : new SpotMarket(
                        null,
                        Duration.ZERO,
                        spot.number("lossesPerNodeDay", 0, 1_000),
                        spot.duration("meanOutage"),
                        notice);
    }

    private static EngineProfile engine(YamlSection e) {
        return new EngineProfile(
                e.text("accelerator"),
                e.text("source"),
                e.whole("maxSequences", 1, 65_536),
                e.whole("maxBatchedTokens", 1, 1 << 24),
                e.whole("kvTokens", 1, Integer.MAX_VALUE),
                e.number("fixedMilliseconds", 0, 1e4) * 1e-3,
                e.number("weightReadMilliseconds", 0, 1e5) * 1e-3,
                e.number("perTokenMicroseconds", 1e-6, 1e6) * 1e-6,
                e.number("perSequenceMicroseconds", 0, 1e6) * 1e-6,
                e.number("perKvTokenNanoseconds", 0, 1e6) * 1e-9,
                e.number("perPairNanoseconds", 0, 1e6) * 1e-9);
    }

    private static Fleet.ColdStart coldStart(YamlSection cold, Path folder) {
        var tiers = new LinkedHashMap<String, Fleet.ColdStart.Tier>();
        var measured = cold.optionalSection("measured");
        measured.ifPresent(m -> tiers.putAll(MeasuredStarts.read(m, folder)));
        var named =
                measured.isEmpty()
                        ? Optional.of(cold.section("tiers"))
                        : cold.optionalSection("tiers");
        named.ifPresent(section -> {
            for (var key : section.keys()) {
                double seconds = section.duration(key).toNanos() / 1e9;
                tiers.put(key, new Fleet.ColdStart.Tier(key, List.of(seconds)));
            }
        });
        return new Fleet.ColdStart(
                tier(cold, "first", tiers),
                tier(cold, "again", tiers),
                cold.number("jitter", 0, 0.9, 0));
    }

    private static Fleet.ColdStart.Tier tier(
            YamlSection cold, String key, Map<String, Fleet.ColdStart.Tier> tiers) {
        var name = cold.text(key);
        var tier = tiers.get(name);
        if (tier == null) {
            throw cold.wrong(key, name, "one of the tiers " + tiers.keySet());
        }
        return tier;
    }

    private static Fleet.Gateway gateway(YamlSection gateway) {
        return new Fleet.Gateway(
                gateway.whole("queue", 0, 1_000_000, 512),
                gateway.duration("deadline", Duration.ofSeconds(60)));
    }

    private static List<Fleet.Incident> incidents(YamlSection root, List<Fleet.NodeGroup> nodes) {
        var incidents = new ArrayList<Fleet.Incident>();
        for (var section : root.sections("incidents")) {
            var node = section.text("node");
            boolean known =
                    nodes.stream()
                            .anyMatch(g ->
                                    java.util.stream.IntStream.rangeClosed(1, g.count())
                                            .anyMatch(i -> (g.name() + "-" + i).equals(node)));
            if (!known) {
                throw section.wrong(
                        "node", node, "a node's name, its group's with a number from 1");
            }
            incidents.add(
                    new Fleet.Incident(
                            section.duration("at"),
                            node,
                            section.duration("lead", Duration.ZERO),
                            section.duration("for", Duration.ofDays(3_650))));
        }
        return incidents;
    }
}
