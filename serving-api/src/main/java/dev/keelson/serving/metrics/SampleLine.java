package dev.keelson.serving.metrics;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One sample line: {@code name{label="value",...} value [timestamp] [# exemplar]}. Read leniently
 * where real engines are lenient: blanks between labels, a trailing comma, quoted names, and the
 * {@code -nan(ind)} of Windows builds. Not thread-safe, used once.
 */
final class SampleLine {
    private static final Pattern NUMBER =
            Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");
    private static final Pattern NAN = Pattern.compile("[+-]?nan(\\(\\w*\\))?");
    private static final Pattern INFINITY = Pattern.compile("[+-]?inf(inity)?");
    private static final Map<String, String> NO_LABELS = Map.of();

    private final String text;
    private int at;

    private SampleLine(String text) {
        this.text = text;
    }

    /** The sample, or null where the line is not one. */
    static @Nullable MetricSample parse(String text) {
        try {
            return new SampleLine(text).read();
        } catch (MalformedLine malformed) {
            return null;
        }
    }

    private MetricSample read() throws MalformedLine {
        skipBlanks();
        String name = peek() == '{' ? "" : name();
        skipBlanks();
        Map<String, String> labels = NO_LABELS;
        if (peek() == '{') {
            labels = labels();
            name = name.isEmpty() ? quotedName(labels) : name;
        }
        if (name.isEmpty()) {
            throw new MalformedLine();
        }
        double value = number(word());
        skipBlanks();
        if (at < text.length() && peek() != '#') {
            number(word());
            skipBlanks();
        }
        if (at < text.length() && peek() != '#') {
            throw new MalformedLine();
        }
        return new MetricSample(name, labels, value);
    }

    /**
     * In {@code {"metric.name",label="value"} 1} the name is the quoted text without a value; it is
     * kept under the empty label.
     */
    private static String quotedName(Map<String, String> labels) throws MalformedLine {
        String name = labels.remove("");
        if (name == null) {
            throw new MalformedLine();
        }
        return name;
    }

    private String name() {
        int start = at;
        while (at < text.length() && isNamePart(text.charAt(at))) {
            at++;
        }
        return text.substring(start, at);
    }

    private static boolean isNamePart(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '_'
                || c == ':';
    }

    private Map<String, String> labels() throws MalformedLine {
        Map<String, String> labels = new LinkedHashMap<>(8);
        at++;
        while (true) {
            skipBlanks();
            if (peek() == '}') {
                at++;
                return labels;
            }
            label(labels);
            skipBlanks();
            if (peek() == ',') {
                at++;
            } else if (peek() != '}') {
                throw new MalformedLine();
            }
        }
    }

    private void label(Map<String, String> labels) throws MalformedLine {
        String key = peek() == '"' ? quoted() : name();
        skipBlanks();
        if (peek() != '=') {
            // Only a quoted metric name stands without a value.
            if (key.isEmpty()
                    || text.charAt(at - 1) != '"'
                    || labels.putIfAbsent("", key) != null) {
                throw new MalformedLine();
            }
            return;
        }
        at++;
        skipBlanks();
        if (key.isEmpty() || peek() != '"' || labels.putIfAbsent(key, quoted()) != null) {
            throw new MalformedLine();
        }
    }

    private String quoted() throws MalformedLine {
        var value = new StringBuilder();
        at++;
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c == '"') {
                return value.toString();
            }
            value.append(
                    c == '\\' && at < text.length()
                            ? escaped(text.charAt(at++))
                            : Character.toString(c));
        }
        throw new MalformedLine();
    }

    /**
     * The format knows three escapes; any other keeps its backslash, as Prometheus itself reads it.
     */
    private static String escaped(char c) {
        return switch (c) {
            case 'n' -> "\n";
            case '\\', '"' -> Character.toString(c);
            default -> "\\" + c;
        };
    }

    private String word() throws MalformedLine {
        skipBlanks();
        int start = at;
        while (at < text.length() && !isBlank(text.charAt(at))) {
            at++;
        }
        if (start == at) {
            throw new MalformedLine();
        }
        return text.substring(start, at);
    }

    private static double number(String word) throws MalformedLine {
        if (NUMBER.matcher(word).matches()) {
            return Double.parseDouble(word);
        }
        String lower = word.toLowerCase(Locale.ROOT);
        if (NAN.matcher(lower).matches()) {
            return Double.NaN;
        }
        if (INFINITY.matcher(lower).matches()) {
            return lower.charAt(0) == '-' ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        throw new MalformedLine();
    }

    private char peek() {
        return at < text.length() ? text.charAt(at) : '\0';
    }

    private void skipBlanks() {
        while (at < text.length() && isBlank(text.charAt(at))) {
            at++;
        }
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    /** Ends the reading of one line; never leaves this class. */
    private static final class MalformedLine extends Exception {
        private static final long serialVersionUID = 1;

        MalformedLine() {
            super("malformed", null, false, false);
        }
    }
}
