package dev.keelson.manifest;

/**
 * What is wrong with a manifest, and where.
 *
 * @param line from 1; 0 where the whole file is meant
 * @param column from 1, counted in characters; 0 where the whole file is meant
 * @param message one sentence, without position
 * @param sourceLine text of that line; empty where the whole file is meant, or where it may be a
 *     secret
 */
public record Problem(String file, int line, int column, String message, String sourceLine) {
    private static final int WIDEST_SOURCE = 160;

    /** {@code file:line:column: error: message}, on one line. */
    public String summary() {
        return line == 0
                ? "%s: error: %s".formatted(file, message)
                : "%s:%d:%d: error: %s".formatted(file, line, column, message);
    }

    /** As a compiler shows it: the summary, the source line and a caret under the column. */
    public String render() {
        if (line == 0 || sourceLine.isEmpty()) {
            return summary();
        }
        String gutter = String.valueOf(line);
        String shown = sourceLine;
        int caret = column - 1;
        if (shown.length() > WIDEST_SOURCE) {
            int from =
                    Math.max(
                            0, Math.min(caret - WIDEST_SOURCE / 2, shown.length() - WIDEST_SOURCE));
            shown = shown.substring(from, from + WIDEST_SOURCE);
            caret -= from;
        }
        return "%s%n %s | %s%n %s | %s^"
                .formatted(
                        summary(),
                        gutter,
                        shown,
                        " ".repeat(gutter.length()),
                        indent(shown, caret));
    }

    /** A tab stays a tab, so that the caret lands under its column on any terminal. */
    private static String indent(String shown, int caret) {
        var indent = new StringBuilder();
        for (int i = 0; i < caret; i++) {
            indent.append(i < shown.length() && shown.charAt(i) == '\t' ? '\t' : ' ');
        }
        return indent.toString();
    }
}
