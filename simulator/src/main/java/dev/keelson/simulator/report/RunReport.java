package dev.keelson.simulator.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.simulator.engine.StepTimeModel;
import dev.keelson.simulator.trace.Fleet;
import dev.keelson.simulator.trace.Fleet.Gateway.Route;
import dev.keelson.simulator.trace.Trace;
import dev.keelson.simulator.world.Capacity;
import dev.keelson.simulator.world.RunResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What `sim run` prints. */
public record RunReport(
        Fleet fleet, Trace trace, Capacity capacity, long seed, List<RunResult> rows) {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final List<String> HEADINGS =
            List.of(
                    "policy",
                    "GPU-h",
                    "cost",
                    "SLO",
                    "TTFT p99",
                    "TPOT p99",
                    "refused",
                    "failed",
                    "actions",
                    "turns");
    private static final List<String> LOSSES = List.of("spot GPU-h", "replicas lost");

    public RunReport {
        rows = List.copyOf(rows);
    }

    /** One document; wall-clock values stand under {@code timing} alone. */
    public ObjectNode toJson(double wallSeconds) {
        var root = JSON.createObjectNode();
        root.put("command", "sim run");
        root.put("seed", seed);
        var inputs = root.putObject("inputs");
        inputs.put("trace", trace.source());
        inputs.put("requests", trace.count());
        inputs.put("traceSeconds", round(trace.seconds(), 3));
        inputs.put("fleet", fleet.name());
        inputs.put("accelerator", fleet.engine().accelerator());
        inputs.put("engine", fleet.detailed() == null ? "linear" : "detailed");
        inputs.put("stepTimeSource", stepTimeSource());
        inputs.put("stepTimeOrigin", stepTimeOrigin());
        inputs.put("model", fleet.model());
        inputs.put("sloTtftSeconds", fleet.slo().ttft().toMillis() / 1e3);
        inputs.put("sloTpotSeconds", fleet.slo().tpot().toMillis() / 1e3);
        inputs.put("replicas", fleet.minReplicas() + ":" + fleet.maxReplicas());
        inputs.put("maxSequences", fleet.maxSequences());
        inputs.put("gatewayQueue", fleet.gateway().queue());
        inputs.put("gatewayDeadlineSeconds", fleet.gateway().deadline().toMillis() / 1e3);
        if (fleet.gateway().route() != Route.LOAD) {
            inputs.put("gatewayRoute", fleet.gateway().route().toString());
        }
        inputs.put("telemetryDelaySeconds", fleet.telemetry().delay().toMillis() / 1e3);
        inputs.put("telemetryLossShare", fleet.telemetry().lossShare());
        inputs.put("incidents", fleet.incidents().size());
        inputs.put("requestsPerSecondPerReplica", round(capacity.requestsPerSecond(), 4));
        var array = root.putArray("rows");
        for (RunResult row : rows) {
            array.add(row(row));
        }
        root.putObject("timing").put("wallSeconds", round(wallSeconds, 3));
        return root;
    }

    /** What the step times rest on; the closed form's coefficients are a calibrated roofline. */
    private String stepTimeSource() {
        var detailed = fleet.detailed();
        return (detailed == null ? StepTimeModel.Source.ROOFLINE : detailed.stepTime().source())
                .name();
    }

    private String stepTimeOrigin() {
        var detailed = fleet.detailed();
        return detailed == null ? "coefficients of the fleet file" : detailed.origin();
    }

    private static ObjectNode row(RunResult r) {
        var row = JSON.createObjectNode();
        row.put("policy", r.policy());
        row.put("gpuHours", round(r.gpuHours(), 4));
        row.put("spotGpuHours", round(r.spotGpuHours(), 4));
        row.put("cost", round(r.cost(), 4));
        row.put("sloAttainment", round(r.sloAttainment(), 6));
        row.set("ttftSecondsP50", number(r.ttftSecondsP50()));
        row.set("ttftSecondsP99", number(r.ttftSecondsP99()));
        row.set("tpotSecondsP50", number(r.tpotSecondsP50()));
        row.set("tpotSecondsP99", number(r.tpotSecondsP99()));
        row.put("actions", r.actions());
        row.put("directionChanges", r.directionChanges());
        row.put("requests", r.requests());
        row.put("refused", r.refused());
        row.put("failed", r.failed());
        row.put("replicasLost", r.replicasLost());
        putIfKnown(row, "prefixHitShare", r.prefixHitShare());
        putIfKnown(row, "adapterHitShare", r.adapterHitShare());
        if (!r.tenants().isEmpty()) {
            TenantReport.toJson(r, row.putArray("tenants"));
        }
        var parameters = row.putObject("parameters");
        r.parameters().forEach(parameters::put);
        return row;
    }

    private static void putIfKnown(ObjectNode row, String name, @Nullable Double share) {
        if (share != null) {
            row.put(name, round(share, 6));
        }
    }

    /** Null for what no request showed. */
    static JsonNode number(double value) {
        return Double.isNaN(value)
                ? JSON.getNodeFactory().nullNode()
                : JSON.getNodeFactory().numberNode(round(value, 6));
    }

    static double round(double value, int digits) {
        double scale = 1;
        for (int i = 0; i < digits; i++) {
            scale *= 10;
        }
        return Math.round(value * scale) / scale;
    }

    /** Lines for a terminal: what was played, the table, every parameter of every policy. */
    public List<String> toLines() {
        var lines = new ArrayList<String>();
        lines.add(
                String.format(
                        Locale.ROOT,
                        "%s: %,d requests in %.0f s on %s (%s), TTFT <= %s s, TPOT <= %s s, %d to %d replicas, seed %d",
                        trace.source(),
                        trace.count(),
                        trace.seconds(),
                        fleet.name(),
                        fleet.engine().accelerator(),
                        fleet.slo().ttft().toMillis() / 1e3,
                        fleet.slo().tpot().toMillis() / 1e3,
                        fleet.minReplicas(),
                        fleet.maxReplicas(),
                        seed));
        lines.add(
                "engine: %s; step times: %s (%s)"
                        .formatted(
                                fleet.detailed() == null ? "linear" : "detailed",
                                stepTimeSource().toLowerCase(Locale.ROOT).replace('_', ' '),
                                stepTimeOrigin()));
        if (trace.prefixBlockTokens() > 0 && !fleet.cachesPrefixesOf(trace)) {
            lines.add(
                    "prefixes of the trace are not used: its engine has no prefix cache (--engine detailed has one)");
        }
        if (fleet.gateway().route() != Route.LOAD) {
            lines.add("requests are placed by " + fleet.gateway().route());
        }
        lines.add(
                String.format(
                        Locale.ROOT,
                        "one replica serves %.2f requests/s of this mix within the SLO",
                        capacity.requestsPerSecond()));
        for (var group : fleet.nodes()) {
            var spot = group.spot();
            if (spot != null) {
                lines.add("spot %s: %s".formatted(group.name(), spot.toText()));
            }
        }
        lines.add("");
        lines.addAll(table());
        lines.add("");
        var tenants = TenantReport.lines(rows);
        if (!tenants.isEmpty()) {
            lines.addAll(tenants);
            lines.add("");
        }
        for (RunResult r : rows) {
            lines.add(
                    r.policy()
                            + ": "
                            + r.parameters().entrySet().stream()
                                    .map(e -> e.getKey() + "=" + e.getValue())
                                    .collect(Collectors.joining(", ")));
        }
        return lines;
    }

    private List<String> table() {
        var cells = new ArrayList<List<String>>();
        cells.add(headings());
        rows.forEach(r -> cells.add(cells(r)));
        var lines = new ArrayList<String>();
        for (var line : cells) {
            var text = new StringBuilder();
            for (int i = 0; i < line.size(); i++) {
                int column = i;
                int width = cells.stream().mapToInt(c -> c.get(column).length()).max().orElse(0);
                var padding = " ".repeat(width - line.get(i).length());
                text.append(i == 0 ? line.get(i) + padding : "  " + padding + line.get(i));
            }
            lines.add(text.toString());
        }
        return lines;
    }

    List<String> cells(RunResult r) {
        var cells =
                new ArrayList<>(
                        List.of(
                                r.policy(),
                                String.format(Locale.ROOT, "%.2f", r.gpuHours()),
                                String.format(Locale.ROOT, "%.2f", r.cost()),
                                percent(r.sloAttainment()),
                                seconds(r.ttftSecondsP99()),
                                seconds(r.tpotSecondsP99()),
                                Long.toString(r.refused()),
                                Long.toString(r.failed()),
                                Integer.toString(r.actions()),
                                Integer.toString(r.directionChanges())));
        if (hasLosses()) {
            cells.add(String.format(Locale.ROOT, "%.2f", r.spotGpuHours()));
            cells.add(Integer.toString(r.replicasLost()));
        }
        addShare(cells, RunResult::prefixHitShare, r);
        addShare(cells, RunResult::adapterHitShare, r);
        return cells;
    }

    List<String> headings() {
        var headings = new ArrayList<>(HEADINGS);
        headings.addAll(hasLosses() ? LOSSES : List.of());
        headings.addAll(knows(RunResult::prefixHitShare) ? List.of("prefix hits") : List.of());
        headings.addAll(knows(RunResult::adapterHitShare) ? List.of("adapter hits") : List.of());
        return headings;
    }

    /** Whether any row has the figure: else its column would be empty. */
    private boolean knows(Function<RunResult, @Nullable Double> figure) {
        return rows.stream().anyMatch(r -> figure.apply(r) != null);
    }

    private void addShare(
            List<String> cells, Function<RunResult, @Nullable Double> figure, RunResult row) {
        if (knows(figure)) {
            var share = figure.apply(row);
            cells.add(share == null ? "-" : percent(share));
        }
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.2f %%", share * 100);
    }

    /** Whether nodes can go away here: else two columns would hold only zeros. */
    private boolean hasLosses() {
        return rows.stream().anyMatch(r -> r.spotGpuHours() > 0 || r.replicasLost() > 0);
    }

    private static String seconds(double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.3f s", value);
    }
}
