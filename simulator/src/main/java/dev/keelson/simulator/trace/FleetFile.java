package dev.keelson.simulator.trace;

import dev.keelson.core.fleet.CapacityType;
import dev.keelson.core.policy.Slo;
import dev.keelson.yaml.YamlFile;
import dev.keelson.yaml.YamlSection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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
        return fleet(YamlFile.read(file, InputException::new), folder(file), engine);
    }

    /** The same from text; {@code name} stands for the file in messages. */
    public static Fleet parse(String name, String text) {
        return fleet(YamlFile.parse(name, text, InputException::new), folder(Path.of(name)), null);
    }

    private static Path folder(Path file) {
        var folder = file.toAbsolutePath().getParent();
        return folder == null ? Path.of("/") : folder;
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
            nodes.add(
                    node(
                            folder,
                            node,
                            gpus,
                            deployment.whole("maxSequences", 1, engine.maxSequences()),
                            kind));
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
                        gateway.map(FleetFile::gateway).orElse(Fleet.Gateway.USUAL),
                        root.optionalSection("telemetry")
                                .map(t ->
                                        new Fleet.Telemetry(
                                                t.duration("interval", Duration.ofSeconds(1)),
                                                t.duration("delay", Duration.ZERO),
                                                t.number("lossShare", 0, 1, 0)))
                                .orElse(Fleet.Telemetry.PERFECT),
                        tick(root),
                        nodes,
                        List.of());
        if (fleet.capacity() < most) {
            throw deployment.wrong(
                    "maxReplicas",
                    "at most %d, what the nodes have room for".formatted(fleet.capacity()));
        }
        var complete = fleet.withIncidents(IncidentFile.incidents(root, fleet.nodeNames()));
        root.noMoreKeys();
        return complete;
    }

    private static Duration tick(YamlSection root) {
        var control = root.optionalSection("control");
        var usual = Duration.ofSeconds(1);
        if (control.isEmpty()) {
            return usual;
        }
        var tick = control.get().duration("tick", usual);
        if (tick.compareTo(SHORTEST_TICK) < 0 || tick.compareTo(LONGEST_TICK) > 0) {
            throw control.get().wrong("tick", "a duration from 10ms to 60s");
        }
        return tick;
    }

    private static String kind(YamlSection engine, @Nullable String asked) {
        var kind = engine.optionalText("simulate").orElse(LINEAR);
        if (!kind.equals(LINEAR) && !kind.equals(DETAILED)) {
            throw engine.wrong("simulate", "linear or detailed");
        }
        return asked == null ? kind : asked;
    }

    private static Fleet.NodeGroup node(
            Path folder, YamlSection node, int gpusPerReplica, int sequences, String kind) {
        var capacity = node.optionalText("capacity").orElse("ON_DEMAND");
        if (!List.of("ON_DEMAND", "SPOT", "RESERVED").contains(capacity)) {
            throw node.wrong("capacity", "ON_DEMAND, SPOT or RESERVED");
        }
        var spot = node.optionalSection("spot");
        if (spot.isPresent() && !capacity.equals("SPOT")) {
            throw node.wrong("capacity", "SPOT where 'spot' says when there is any");
        }
        return new Fleet.NodeGroup(
                node.text("name"),
                node.whole("count", 1, MOST_REPLICAS, 1),
                node.whole("gpus", gpusPerReplica, 1_000),
                node.optionalText("region").orElse("local"),
                node.optionalText("zone").orElse("zone-a"),
                CapacityType.valueOf(capacity),
                node.number("pricePerGpuHour", 0, 1e6),
                spot.map(section -> spot(folder, section)).orElse(null),
                node.has("engineOf") ? engineOf(folder, node, sequences, kind) : null);
    }

    /** The engine of another fleet file, for nodes with another accelerator. */
    private static EngineProfile engineOf(
            Path folder, YamlSection node, int sequences, String kind) {
        var file = folder.resolve(node.text("engineOf")).normalize();
        if (!Files.isRegularFile(file)) {
            throw node.wrong("engineOf", "a fleet file beside this one; there is no " + file);
        }
        if (kind.equals(DETAILED)) {
            throw node.wrong("engineOf", "nothing with the detailed engine, which is one for all");
        }
        var engine = engine(YamlFile.read(file, InputException::new).section("engine"));
        if (engine.maxSequences() < sequences) {
            throw node.wrong(
                    "engineOf",
                    "an engine that runs the deployment's %d sequences at once"
                            .formatted(sequences));
        }
        return engine;
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
            throw cold.wrong(key, "one of the tiers " + tiers.keySet());
        }
        return tier;
    }

    private static Fleet.Gateway gateway(YamlSection gateway) {
        var usual = Fleet.Gateway.USUAL;
        var route = gateway.optionalText("route").orElse(usual.route().toString());
        return new Fleet.Gateway(
                gateway.whole("queue", 0, 1_000_000, usual.queue()),
                gateway.duration("deadline", usual.deadline()),
                Fleet.Gateway.Route.of(route)
                        .orElseThrow(() -> gateway.wrong("route", "load or cost")));
    }
}
