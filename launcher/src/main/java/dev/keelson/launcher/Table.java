package dev.keelson.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Rows of JSON objects as aligned text. */
public final class Table {
    private static final int WIDEST_CELL = 72;
    private static final MathContext DIGITS = new MathContext(4);

    private Table() {}

    /** Prints the fields of every row under their names; says so when there is none. */
    public static void print(PrintStream out, List<String> columns, JsonNode rows) {
        if (rows.isEmpty()) {
            out.println("none");
            return;
        }
        var lines = new ArrayList<List<String>>();
        lines.add(columns.stream().map(Table::heading).toList());
        for (JsonNode row : rows) {
            lines.add(columns.stream().map(column -> cell(row.path(column))).toList());
        }
        int[] widths = new int[columns.size()];
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        for (List<String> line : lines) {
            var text = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                text.append(line.get(i));
                if (i < widths.length - 1) {
                    text.repeat(' ', widths[i] - line.get(i).length() + 2);
                }
            }
            out.println(text.toString().stripTrailing());
        }
    }

    private static String heading(String column) {
        return column.replaceAll("([a-z])([A-Z])", "$1 $2").toUpperCase(java.util.Locale.ROOT);
    }

    /**
     * One value as text: objects by their type and target, null and absent as a dash, measures to
     * four digits (JSON has all of them).
     */
    public static String cell(JsonNode value) {
        if (value.isMissingNode() || value.isNull()) {
            return "-";
        }
        String text;
        if (value.isArray()) {
            text =
                    StreamSupport.stream(value.spliterator(), false)
                            .map(Table::cell)
                            .collect(Collectors.joining(", "));
        } else if (value.isObject()) {
            text = ofObject(value);
        } else if (value.isFloatingPointNumber() && Double.isFinite(value.asDouble())) {
            text = ofMeasure(value.decimalValue());
        } else {
            text = value.asText();
        }
        return text.length() <= WIDEST_CELL ? text : text.substring(0, WIDEST_CELL - 1) + "…";
    }

    private static String ofMeasure(BigDecimal value) {
        var whole = value.setScale(0, RoundingMode.HALF_EVEN);
        var rounded = whole.precision() >= DIGITS.getPrecision() ? whole : value.round(DIGITS);
        return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
    }

    private static String ofObject(JsonNode value) {
        if (!value.has("type")) {
            return value.toString();
        }
        String target = value.path("target").asText(value.path("deployment").asText(""));
        String change =
                value.has("from")
                        ? " %s to %s"
                                .formatted(value.path("from").asText(), value.path("to").asText())
                        : "";
        return (value.path("type").asText() + " " + target + change).strip();
    }
}
