package dev.keelson.forecaster.learned.study;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** Prints rows as Markdown. */
final class Table {
    private Table() {}

    static void head(PrintStream out, String... names) {
        row(out, List.of(names));
        out.println("|" + "---|".repeat(names.length));
    }

    static void row(PrintStream out, Object... cells) {
        row(out, List.of(cells));
    }

    private static void row(PrintStream out, List<?> cells) {
        var line = new StringBuilder("|");
        for (Object cell : cells) {
            line.append(' ')
                    .append(
                            cell instanceof Double number
                                    ? String.format(Locale.ROOT, "%.4f", number)
                                    : cell)
                    .append(" |");
        }
        out.println(line);
    }
}
