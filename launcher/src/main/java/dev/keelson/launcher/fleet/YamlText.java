package dev.keelson.launcher.fleet;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Maps, lists, numbers, truth values and texts as YAML that a person can read and change. */
final class YamlText {
    private YamlText() {}

    /** A map in the order of its arguments: key, value, key, value ... */
    static Map<String, Object> map(Object... keysAndValues) {
        var map = new LinkedHashMap<String, Object>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put(keysAndValues[i].toString(), keysAndValues[i + 1]);
        }
        return map;
    }

    static String of(Map<String, ?> document) {
        var text = new StringBuilder();
        append(text, document, 0);
        return text.toString();
    }

    private static void append(StringBuilder text, Map<?, ?> map, int depth) {
        map.forEach((key, value) -> {
            text.repeat("  ", depth).append(key).append(':');
            if (value instanceof Map<?, ?> inner && !inner.isEmpty()) {
                text.append('\n');
                append(text, inner, depth + 1);
            } else {
                text.append(' ').append(inline(value)).append('\n');
            }
        });
    }

    private static String inline(Object value) {
        return switch (value) {
            case Map<?, ?> ignored -> "{}";
            case List<?> list ->
                    list.stream().map(YamlText::inline).collect(Collectors.joining(", ", "[", "]"));
            case Number number -> number.toString();
            case Boolean truth -> truth.toString();
            default -> quoted(value.toString());
        };
    }

    private static String quoted(String text) {
        var out = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                default -> out.append(c < ' ' ? "\\x%02x".formatted((int) c) : String.valueOf(c));
            }
        }
        return out.append('"').toString();
    }
}
