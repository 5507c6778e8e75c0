package dev.keelson.simulator.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.simulator.trace.LiveRecording;
import dev.keelson.simulator.world.LiveStudy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What `sim live` prints: a fleet that ran beside the simulated one. */
public record LiveReport(LiveRecording live, LiveStudy.Simulated simulated, long seed) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** Mean over the seconds of |READY simulated - READY live|. */
    public double readyDifference() {
        var ready = simulated.ready();
        double sum = 0;
        for (int second = 0; second < ready.size(); second++) {
            sum += Math.abs(ready.get(second) - live.at(second).ready());
        }
        return sum / ready.size();
    }

    /** SLO attainment simulated less that of the live fleet, in points of percent. */
    public double attainmentDifferencePoints() {
        return 100 * (simulated.run().sloAttainment() - live.sloAttainment());
    }

    /** Scale actions simulated over those of the live fleet, less 1. */
    public double actionsDifference() {
        return simulated.actions().size() / (double) live.scales().size() - 1;
    }

    /** One document; the same bytes for the same inputs. */
    public ObjectNode toJson() {
        var root = JSON.createObjectNode();
        root.put("command", "sim live");
        root.put("seed", seed);
        var inputs = root.putObject("inputs");
        inputs.put("recording", live.name());
        inputs.put("fleet", live.fleet().name());
        inputs.put("seconds", round(live.seconds()));
        inputs.put("requests", live.requests().size());
        var parameters = inputs.putObject("parameters");
        simulated.run().parameters().forEach(parameters::put);
        root.put("readyMeanAbsoluteDifference", round(readyDifference()));
        root.put("sloAttainmentDifferencePoints", round(attainmentDifferencePoints()));
        root.put("scaleActionsDifference", round(actionsDifference()));
        var run = simulated.run();
        var liveNode = root.putObject("live");
        liveNode.put("readyMean", round(liveReadyMean()));
        liveNode.put("sloAttainment", round(live.sloAttainment()));
        liveNode.put("failed", live.requests().stream().filter(r -> r.error() != null).count());
        liveNode.set("ttftSecondsP50", number(quantile(LiveRecording.Request::ttftMillis, 0.5)));
        liveNode.set("ttftSecondsP99", number(quantile(LiveRecording.Request::ttftMillis, 0.99)));
        liveNode.set("tpotSecondsP50", number(quantile(LiveRecording.Request::tpotMillis, 0.5)));
        liveNode.set("tpotSecondsP99", number(quantile(LiveRecording.Request::tpotMillis, 0.99)));
        var scales = liveNode.putArray("scaleActions");
        live.scales().forEach(s -> scales.add(action(s.seconds(), s.from(), s.to())));
        var simNode = root.putObject("simulated");
        simNode.put("readyMean", round(mean(simulated.ready())));
        simNode.put("sloAttainment", round(run.sloAttainment()));
        simNode.put("failed", run.failed() + run.refused());
        simNode.set("ttftSecondsP50", number(run.ttftSecondsP50()));
        simNode.set("ttftSecondsP99", number(run.ttftSecondsP99()));
        simNode.set("tpotSecondsP50", number(run.tpotSecondsP50()));
        simNode.set("tpotSecondsP99", number(run.tpotSecondsP99()));
        var actions = simNode.putArray("scaleActions");
        simulated.actions().forEach(a -> actions.add(action(a.seconds(), a.from(), a.to())));
        return root;
    }

    private static ObjectNode action(double seconds, int from, int to) {
        return JSON.createObjectNode()
                .put("seconds", round(seconds))
                .put("from", from)
                .put("to", to);
    }

    /** The same for people: a table, then the scale actions of both by their time. */
    public List<String> toLines() {
        var run = simulated.run();
        var lines = new ArrayList<String>();
        lines.add(
                "%s: %d requests in %.0f s; fleet %s; %s"
                        .formatted(
                                live.name(),
                                live.requests().size(),
                                live.seconds(),
                                live.fleet().name(),
                                run.parameters()));
        lines.add("| | live | simulated | difference | bar |");
        lines.add("|---|---|---|---|---|");
        lines.add(
                row(
                        "READY replicas, mean",
                        "%.3f".formatted(liveReadyMean()),
                        "%.3f".formatted(mean(simulated.ready())),
                        "mean of the absolute %.3f".formatted(readyDifference()),
                        "0.5"));
        lines.add(
                row(
                        "SLO attainment, %",
                        "%.2f".formatted(100 * live.sloAttainment()),
                        "%.2f".formatted(100 * run.sloAttainment()),
                        "%+.2f points".formatted(attainmentDifferencePoints()),
                        "5 points"));
        lines.add(
                row(
                        "scale actions",
                        Integer.toString(live.scales().size()),
                        Integer.toString(simulated.actions().size()),
                        "%+.1f %%".formatted(100 * actionsDifference()),
                        "25 %"));
        lines.add(
                row(
                        "TTFT p50 / p99, s",
                        "%.3f / %.3f"
                                .formatted(
                                        quantile(LiveRecording.Request::ttftMillis, 0.5),
                                        quantile(LiveRecording.Request::ttftMillis, 0.99)),
                        "%.3f / %.3f".formatted(run.ttftSecondsP50(), run.ttftSecondsP99()),
                        "",
                        ""));
        lines.add(
                row(
                        "TPOT p50 / p99, ms",
                        "%.2f / %.2f"
                                .formatted(
                                        1e3 * quantile(LiveRecording.Request::tpotMillis, 0.5),
                                        1e3 * quantile(LiveRecording.Request::tpotMillis, 0.99)),
                        "%.2f / %.2f"
                                .formatted(1e3 * run.tpotSecondsP50(), 1e3 * run.tpotSecondsP99()),
                        "",
                        ""));
        lines.add("");
        lines.add("scale actions, second: from > to");
        lines.add(
                "live      "
                        + String.join(
                                "  ",
                                live.scales().stream()
                                        .map(s -> text(s.seconds(), s.from(), s.to()))
                                        .toList()));
        lines.add(
                "simulated "
                        + String.join(
                                "  ",
                                simulated.actions().stream()
                                        .map(a -> text(a.seconds(), a.from(), a.to()))
                                        .toList()));
        return lines;
    }

    private static String row(String... cells) {
        return "| " + String.join(" | ", cells) + " |";
    }

    private static String text(double seconds, int from, int to) {
        return String.format(Locale.ROOT, "%.1f: %d>%d", seconds, from, to);
    }

    private double liveReadyMean() {
        double sum = 0;
        int seconds = simulated.ready().size();
        for (int second = 0; second < seconds; second++) {
            sum += live.at(second).ready();
        }
        return sum / seconds;
    }

    private static double mean(List<Integer> values) {
        return values.stream().mapToInt(v -> v).average().orElse(0);
    }

    /** Nearest rank over the requests that succeeded, in seconds; NaN of nothing. */
    private double quantile(Function<LiveRecording.Request, @Nullable Double> value, double level) {
        double[] sorted =
                live.requests().stream()
                        .filter(r -> r.error() == null)
                        .map(value)
                        .filter(Objects::nonNull)
                        .mapToDouble(v -> v / 1e3)
                        .toArray();
        Arrays.sort(sorted);
        return sorted.length == 0
                ? Double.NaN
                : sorted[Math.max(0, (int) Math.ceil(level * sorted.length) - 1)];
    }

    private static JsonNode number(double value) {
        var factory = JSON.getNodeFactory();
        return Double.isFinite(value) ? factory.numberNode(round(value)) : factory.nullNode();
    }

    private static double round(double value) {
        return Math.round(value * 1e4) / 1e4;
    }
}
