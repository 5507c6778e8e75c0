package dev.keelson.lab.forecast;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.forecaster.series.ForecastTask;
import dev.keelson.forecaster.statistical.score.Accuracy;
import java.util.Locale;
import java.util.Map;

/** What a back test prints: the same values as a table or as JSON. */
record BacktestReport(
        String input, int series, ForecastTask task, int origins, Map<String, Accuracy> rows) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    String table() {
        var text = new StringBuilder();
        text.append(
                "%s: %d series, horizon %d, seasons %s, %d origins, seed %d%n"
                        .formatted(
                                input,
                                series,
                                task.horizon(),
                                task.seasons(),
                                origins,
                                task.seed()));
        text.append(
                line(
                        "model",
                        "MASE",
                        "sMAPE",
                        "WAPE",
                        "WQL",
                        "scaled QL",
                        "MSIS",
                        "cover 80",
                        "cover 95"));
        rows.forEach((name, score) ->
                text.append(
                        line(
                                name,
                                number(score.mase()),
                                number(score.smape()),
                                number(score.wape()),
                                number(score.wql()),
                                number(score.scaledQuantileLoss()),
                                number(score.msis()),
                                number(score.coverage80()),
                                number(score.coverage95()))));
        return text.toString();
    }

    private static String line(String name, Object... cells) {
        var text = new StringBuilder("%-16s".formatted(name));
        for (Object cell : cells) {
            text.append("%10s".formatted(cell));
        }
        return text.append(System.lineSeparator()).toString();
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.4f", value);
    }

    String json(double seconds) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("command", "forecast backtest").put("seed", task.seed());
        ObjectNode inputs = document.putObject("inputs");
        inputs.put("input", input)
                .put("series", series)
                .put("horizon", task.horizon())
                .put("origins", origins);
        var seasons = inputs.putArray("seasons");
        task.seasons().forEach(seasons::add);
        var list = document.putArray("rows");
        rows.forEach((name, score) -> {
            ObjectNode row = list.addObject().put("model", name);
            put(row, "mase", score.mase());
            put(row, "smape", score.smape());
            put(row, "wape", score.wape());
            put(row, "wql", score.wql());
            put(row, "scaledQuantileLoss", score.scaledQuantileLoss());
            put(row, "msis", score.msis());
            put(row, "coverage80", score.coverage80());
            put(row, "coverage95", score.coverage95());
        });
        document.putObject("timing").put("wallSeconds", seconds);
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(document)
                    + System.lineSeparator();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("A tree is always written.", e);
        }
    }

    /** What is not known, a scaled score of flat series, is null. */
    private static void put(ObjectNode row, String name, double value) {
        if (Double.isFinite(value)) {
            row.put(name, value);
        } else {
            row.putNull(name);
        }
    }
}
