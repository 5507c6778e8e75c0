package dev.keelson.simulator.trace;

import dev.keelson.yaml.YamlFile;
import dev.keelson.yaml.YamlSection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads what goes wrong (YAML): a file of its own, or the {@code incidents} of a fleet file. Shape:
 * {@code datasets/incidents/incident.schema.json}.
 */
public final class IncidentFile {
    private static final List<String> KINDS =
            List.of(
                    "node-loss",
                    "spot-loss",
                    "xid",
                    "hang",
                    "stuck-pending",
                    "slow-replica",
                    "slow-node",
                    "telemetry-late",
                    "telemetry-partial",
                    "telemetry-absent");

    private static final double MOST_SLOWDOWN = 1_000;

    private final List<String> nodes;

    private IncidentFile(List<String> nodes) {
        this.nodes = nodes;
    }

    /**
     * @param fleet whose nodes the file names
     * @throws InputException with file, line and what was expected
     */
    public static List<Incident> read(Path file, Fleet fleet) {
        return of(YamlFile.read(file, InputException::new), fleet);
    }

    /** The same from text; {@code name} stands for the file in messages. */
    public static List<Incident> parse(String name, String text, Fleet fleet) {
        return of(YamlFile.parse(name, text, InputException::new), fleet);
    }

    private static List<Incident> of(YamlSection root, Fleet fleet) {
        root.text("name");
        root.optionalText("note");
        var incidents = incidents(root, fleet.nodeNames());
        root.noMoreKeys();
        if (incidents.isEmpty()) {
            throw root.malformed("incidents", "a list of at least one incident");
        }
        return incidents;
    }

    /** The list under {@code incidents}; empty where the key is absent. */
    static List<Incident> incidents(YamlSection root, List<String> nodes) {
        var reader = new IncidentFile(nodes);
        var incidents = new ArrayList<Incident>();
        for (var section : root.sections("incidents")) {
            incidents.add(reader.incident(section));
        }
        return List.copyOf(incidents);
    }

    private Incident incident(YamlSection s) {
        // A fleet file may leave the kind out: a loss, with or without notice.
        var kind =
                s.has("kind") ? s.word("kind", KINDS) : s.has("lead") ? "spot-loss" : "node-loss";
        var at = s.duration("at");
        return switch (kind) {
            case "node-loss" -> new Incident.NodeLoss(at, node(s), Duration.ZERO, lasts(s));
            case "spot-loss" -> new Incident.NodeLoss(at, node(s), positive(s, "lead"), lasts(s));
            case "xid" -> new Incident.Xid(at, node(s), xid(s), lasts(s));
            case "hang" -> new Incident.Hang(at, optionalNode(s), healthAnswers(s), lasts(s));
            case "stuck-pending" -> new Incident.StuckPending(at, node(s), lasts(s));
            case "slow-replica" ->
                    new Incident.Slow(at, optionalNode(s), false, factor(s), lasts(s));
            case "slow-node" -> new Incident.Slow(at, node(s), true, factor(s), lasts(s));
            case "telemetry-late" ->
                    new Incident.TelemetryLoss(at, positive(s, "delay"), 0, positive(s, "for"));
            case "telemetry-partial" ->
                    new Incident.TelemetryLoss(
                            at,
                            Duration.ZERO,
                            s.number("lossShare", 0.000_001, 1),
                            positive(s, "for"));
            case "telemetry-absent" ->
                    new Incident.TelemetryLoss(at, Duration.ZERO, 1, positive(s, "for"));
            default -> throw new IllegalStateException("There is no kind " + kind + ".");
        };
    }

    private static Duration lasts(YamlSection s) {
        return s.has("for") ? positive(s, "for") : Incident.FOR_EVER;
    }

    private static Duration positive(YamlSection s, String key) {
        var duration = s.duration(key);
        if (duration.isZero()) {
            throw s.wrong(key, "longer than zero");
        }
        return duration;
    }

    private static double factor(YamlSection s) {
        double factor = s.number("factor", 1, MOST_SLOWDOWN);
        if (factor == 1) {
            throw s.wrong("factor", "more than 1: so many times as long takes each step");
        }
        return factor;
    }

    private static boolean healthAnswers(YamlSection s) {
        return !s.has("health") || s.word("health", List.of("answers", "silent")).equals("answers");
    }

    private static int xid(YamlSection s) {
        int code = s.whole("code", 1, 100_000);
        if (!XidCatalogue.bundled().has(code)) {
            throw s.wrong("code", "an XID of NVIDIA's catalogue, from 1 to 161");
        }
        return code;
    }

    private @Nullable String optionalNode(YamlSection s) {
        return s.has("node") ? node(s) : null;
    }

    /** By its name, or by its number in the fleet file's order: such a file fits any fleet. */
    private String node(YamlSection s) {
        var text = s.text("node");
        if (nodes.contains(text)) {
            return text;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= 1 && number <= nodes.size()) {
                return nodes.get(number - 1);
            }
        } catch (NumberFormatException e) {
            // Told below, as any other text that names no node.
        }
        throw s.wrong(
                "node",
                "a node's name (its group's with a number, as in %s) or its number from 1 to %d"
                        .formatted(nodes.getFirst(), nodes.size()));
    }
}
