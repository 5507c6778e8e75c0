package dev.keelson.lab;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.simulator.route.ArrivalOrder;
import dev.keelson.simulator.route.RouteBounds;
import dev.keelson.simulator.route.RouteRow;
import dev.keelson.simulator.route.RouteSetup;
import dev.keelson.simulator.trace.PrefixRequest;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a routing study prints: the same values as a table or as JSON, same input, same bytes. */
record RouteReport(
        String trace,
        List<PrefixRequest> requests,
        RouteSetup setup,
        ArrivalOrder order,
        double spreadSeconds,
        long seed,
        RouteBounds bounds,
        List<RouteRow> rows) {
    String table(boolean withSweep) {
        StringBuilder text = new StringBuilder();
        text.append(
                line(
                        "%s: %d requests over %.0f s; %d workers x %d blocks of %d tokens, %s prefill tokens/s, order %s, spread %s s, seed %d",
                        trace,
                        requests.size(),
                        requests.getLast().arrivalSeconds(),
                        setup.workers(),
                        setup.blocks(),
                        setup.blockTokens(),
                        setup.prefillTokensPerSecond(),
                        orderName(),
                        spreadSeconds,
                        seed));
        text.append(row("policy", "hit rate", "TTFT mean s", "TTFT P99 s", "parameters"));
        for (RouteRow row : rows) {
            text.append(row(row));
            if (withSweep) {
                row.sweep().forEach(setting -> text.append(row(setting)));
            }
        }
        text.append(
                row(
                        "(bound)",
                        number(bounds.hitRate()),
                        number(bounds.ttftSecondsMean()),
                        "-",
                        "one shared cache without limit, no queue"));
        return text.toString();
    }

    private static String row(RouteRow row) {
        String parameters =
                row.parameters().entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + entry.getValue())
                        .collect(Collectors.joining(" "));
        if (!row.sweep().isEmpty()) {
            parameters += " (best of %d)".formatted(row.sweep().size());
        }
        return row(
                row.policy(),
                number(row.result().hitRate()),
                number(row.result().ttftSecondsMean()),
                number(row.result().ttftSecondsP99()),
                parameters.isEmpty() ? "-" : parameters);
    }

    private static String row(Object... cells) {
        return "%-12s  %9s  %12s  %12s  %s%n".formatted(cells);
    }

    private static String line(String format, Object... values) {
        return String.format(Locale.ROOT, format + "%n", values);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }

    String json() {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("command", "sim route").put("seed", seed);
        document.putObject("inputs")
                .put("trace", trace)
                .put("requests", requests.size())
                .put("seconds", requests.getLast().arrivalSeconds())
                .put("workers", setup.workers())
                .put("blocks", setup.blocks())
                .put("blockTokens", setup.blockTokens())
                .put("prefillTokensPerSecond", setup.prefillTokensPerSecond())
                .put("order", orderName())
                .put("spreadSeconds", spreadSeconds);
        document.putObject("bounds")
                .put("hitRate", bounds.hitRate())
                .put("ttftSecondsMean", bounds.ttftSecondsMean());
        ArrayNode list = document.putArray("rows");
        for (RouteRow row : rows) {
            ObjectNode node = json(row);
            if (!row.sweep().isEmpty()) {
                ArrayNode sweep = node.putArray("sweep");
                row.sweep().forEach(setting -> sweep.add(json(setting)));
            }
            list.add(node);
        }
        try {
            return new ObjectMapper()
                            .enable(SerializationFeature.INDENT_OUTPUT)
                            .writeValueAsString(document)
                    + System.lineSeparator();
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ObjectNode json(RouteRow row) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("policy", row.policy());
        ObjectNode parameters = node.putObject("parameters");
        row.parameters().forEach(parameters::put);
        return node.put("hitRate", row.result().hitRate())
                .put("ttftSecondsMean", row.result().ttftSecondsMean())
                .put("ttftSecondsP99", row.result().ttftSecondsP99());
    }

    private String orderName() {
        return order.name().toLowerCase(Locale.ROOT);
    }
}
