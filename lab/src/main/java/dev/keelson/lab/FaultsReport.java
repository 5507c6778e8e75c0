package dev.keelson.lab;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.simulator.trace.Fleet;
import dev.keelson.simulator.trace.Trace;
import dev.keelson.simulator.world.RecoveryResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a study of recovery prints: the same values as a table or as JSON. */
record FaultsReport(Fleet fleet, Trace trace, int replicas, long seed, List<RecoveryResult> rows) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    FaultsReport {
        rows = List.copyOf(rows);
    }

    String table() {
        var text = new StringBuilder();
        text.append(
                line(
                        "%s: %d requests in %.0f s on %d replicas of %s, %d incidents, seed %d",
                        trace.source(),
                        trace.count(),
                        trace.seconds(),
                        replicas,
                        fleet.name(),
                        fleet.incidents().size(),
                        seed));
        text.append(line(""));
        text.append(
                line(
                        "%-26s %9s %15s %15s %14s %13s %9s %17s",
                        "recovery",
                        "found",
                        "after, median",
                        "after, longest",
                        "false alarms",
                        "requests lost",
                        "SLO",
                        "capacity lost"));
        for (RecoveryResult row : rows) {
            text.append(
                    line(
                            "%-26s %9s %15s %15s %14d %13d %9s %17s",
                            row.run().policy(),
                            row.found() + " of " + row.faults().size(),
                            seconds(median(row)),
                            seconds(longest(row)),
                            row.falsePositives().size(),
                            row.requestsLost(),
                            String.format(Locale.ROOT, "%.2f %%", row.run().sloAttainment() * 100),
                            String.format(
                                    Locale.ROOT,
                                    "%.2f replica-h",
                                    row.capacityLostReplicaHours())));
        }
        text.append(line(""));
        appendFaults(text);
        text.append(line(""));
        for (RecoveryResult row : rows) {
            text.append(
                    line(
                            "%s: %s",
                            row.run().policy(),
                            row.run().parameters().entrySet().stream()
                                    .map(e -> e.getKey() + "=" + e.getValue())
                                    .collect(Collectors.joining(", "))));
        }
        return text.toString();
    }

    /** One line a fault and row, since a fault may not strike everywhere alike. */
    private void appendFaults(StringBuilder text) {
        for (RecoveryResult row : rows) {
            text.append(
                    line(
                            "%s found: %s%s",
                            row.run().policy(),
                            row.faults().stream()
                                    .map(f ->
                                            String.format(
                                                    Locale.ROOT,
                                                    "%s@%.0fs %s",
                                                    f.kind(),
                                                    f.atSeconds(),
                                                    seconds(f.foundAfterSeconds())))
                                    .collect(Collectors.joining(", ")),
                            row.falsePositives().isEmpty()
                                    ? ""
                                    : "; wrongly: " + String.join(", ", row.falsePositives())));
        }
    }

    String json(double wallSeconds) {
        var root = JsonNodeFactory.instance.objectNode();
        root.put("command", "sim faults").put("seed", seed);
        root.putObject("inputs")
                .put("trace", trace.source())
                .put("requests", trace.count())
                .put("traceSeconds", rounded(trace.seconds()))
                .put("fleet", fleet.name())
                .put("accelerator", fleet.engine().accelerator())
                .put("replicas", replicas)
                .put("incidents", fleet.incidents().size());
        var array = root.putArray("rows");
        rows.forEach(row -> array.add(json(row)));
        root.putObject("timing").put("wallSeconds", rounded(wallSeconds));
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root)
                    + System.lineSeparator();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A tree is always written.", e);
        }
    }

    private static ObjectNode json(RecoveryResult row) {
        var node = JsonNodeFactory.instance.objectNode();
        node.put("policy", row.run().policy());
        node.put("faults", row.faults().size());
        node.put("found", row.found());
        put(node, "foundAfterSecondsMedian", median(row));
        put(node, "foundAfterSecondsLongest", longest(row));
        node.put("falsePositives", row.falsePositives().size());
        node.put("requestsLost", row.requestsLost());
        node.put("sloAttainment", rounded(row.run().sloAttainment()));
        node.put("capacityLostReplicaHours", rounded(row.capacityLostReplicaHours()));
        node.put("gpuHours", rounded(row.run().gpuHours()));
        var faults = node.putArray("byFault");
        for (var fault : row.faults()) {
            var one = faults.addObject();
            one.put("kind", fault.kind()).put("node", fault.node());
            one.put("atSeconds", rounded(fault.atSeconds()));
            put(one, "foundAfterSeconds", fault.foundAfterSeconds());
        }
        var wrongly = node.putArray("wronglyAccused");
        row.falsePositives().forEach(wrongly::add);
        var parameters = node.putObject("parameters");
        row.run().parameters().forEach(parameters::put);
        return node;
    }

    private static void put(ObjectNode node, String key, @Nullable Double value) {
        if (value == null) {
            node.putNull(key);
        } else {
            node.put(key, rounded(value));
        }
    }

    private static double rounded(double value) {
        return Math.round(value * 1e6) / 1e6;
    }

    private static List<Double> found(RecoveryResult row) {
        var found = new ArrayList<Double>();
        for (var fault : row.faults()) {
            if (fault.foundAfterSeconds() != null) {
                found.add(Objects.requireNonNull(fault.foundAfterSeconds()));
            }
        }
        found.sort(null);
        return found;
    }

    /** Of those that were found; nearest rank. */
    private static @Nullable Double median(RecoveryResult row) {
        var found = found(row);
        return found.isEmpty() ? null : found.get((found.size() - 1) / 2);
    }

    private static @Nullable Double longest(RecoveryResult row) {
        var found = found(row);
        return found.isEmpty() ? null : found.getLast();
    }

    private static String seconds(@Nullable Double value) {
        return value == null ? "never" : String.format(Locale.ROOT, "%.0f s", value);
    }

    private static String line(String format, Object... values) {
        return String.format(Locale.ROOT, format + "%n", values);
    }
}
