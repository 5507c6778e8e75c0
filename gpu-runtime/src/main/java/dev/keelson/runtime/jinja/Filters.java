package dev.keelson.runtime.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Filters and tests of Jinja, as far as chat templates use them. */
final class Filters {
    private Filters() {}

    static Object filter(
            Object value, String name, List<Object> arguments, Map<String, Object> named)
            throws TemplateException {
        return switch (name) {
            case "trim" -> TextMethods.strip(Values.text(value), arguments, true, true);
            case "upper" -> Values.text(value).toUpperCase(Locale.ROOT);
            case "lower" -> Values.text(value).toLowerCase(Locale.ROOT);
            case "capitalize" -> TextMethods.capitalised(Values.text(value));
            case "title" -> TextMethods.title(Values.text(value));
            case "string" -> Values.text(value);
            case "safe" -> value;
            case "e", "escape" -> escaped(Values.text(value));
            case "replace" -> TextMethods.call(Values.text(value), "replace", arguments);
            case "length", "count" -> Values.size(value);
            case "list" -> Values.elements(value);
            case "first" -> end(Values.elements(value), true);
            case "last" -> end(Values.elements(value), false);
            case "reverse" -> reversed(value);
            case "unique" -> unique(Values.elements(value));
            case "sort" -> sorted(Values.elements(value));
            case "join" -> join(value, arguments, named);
            case "items" -> items(value);
            case "dictsort" -> items(new TreeMap<>(map(value)));
            case "default", "d" -> orElse(value, arguments, named);
            case "int" -> integer(value, arguments);
            case "float" -> decimal(value);
            case "abs" ->
                    value instanceof Long l
                            ? (Object) Math.abs(l)
                            : (Object) Math.abs(Values.number(value));
            case "tojson" -> json(value, arguments, named);
            case "indent" -> indent(value, arguments, named);
            case "map" -> mapped(value, arguments, named);
            case "select" -> chosen(value, "", arguments, 0, true);
            case "reject" -> chosen(value, "", arguments, 0, false);
            case "selectattr" -> chosen(value, first(arguments), arguments, 1, true);
            case "rejectattr" -> chosen(value, first(arguments), arguments, 1, false);
            default -> throw new TemplateException("the filter " + name + " is not known");
        };
    }

    static boolean test(Object value, String name, List<Object> arguments)
            throws TemplateException {
        return switch (name) {
            case "defined" -> !(value instanceof Values.Undefined);
            case "undefined" -> value instanceof Values.Undefined;
            case "none" -> value instanceof Values.None;
            case "string" -> value instanceof String;
            case "boolean" -> value instanceof Boolean;
            case "true" -> Boolean.TRUE.equals(value);
            case "false" -> Boolean.FALSE.equals(value);
            case "integer" -> value instanceof Long;
            case "float" -> value instanceof Double;
            case "number" -> value instanceof Number || value instanceof Boolean;
            case "mapping" -> value instanceof Map;
            case "sequence", "iterable" ->
                    value instanceof List || value instanceof Map || value instanceof String;
            case "callable" -> value instanceof Evaluator.Function;
            case "odd" -> Values.number(value) % 2 != 0;
            case "even" -> Values.number(value) % 2 == 0;
            case "divisibleby" -> Values.number(value) % Values.number(argument(arguments)) == 0;
            case "equalto", "eq", "sameas" -> Values.same(value, argument(arguments));
            case "ne" -> !Values.same(value, argument(arguments));
            case "gt" -> Values.compare(value, argument(arguments)) > 0;
            case "lt" -> Values.compare(value, argument(arguments)) < 0;
            case "in" -> Values.contains(argument(arguments), value);
            default -> throw new TemplateException("the test " + name + " is not known");
        };
    }

    private static Object argument(List<Object> arguments) throws TemplateException {
        if (arguments.isEmpty()) {
            throw new TemplateException("an argument is missing");
        }
        return arguments.getFirst();
    }

    private static String first(List<Object> arguments) throws TemplateException {
        return Values.text(argument(arguments));
    }

    private static String escaped(String s) {
        return s.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&#34;")
                .replace("'", "&#39;");
    }

    private static Object end(List<Object> values, boolean first) {
        if (values.isEmpty()) {
            return new Values.Undefined("an element of an empty list");
        }
        return first ? values.getFirst() : values.getLast();
    }

    private static Object reversed(Object value) throws TemplateException {
        if (value instanceof String s) {
            return new StringBuilder(s).reverse().toString();
        }
        List<Object> values = Values.elements(value);
        Collections.reverse(values);
        return values;
    }

    private static List<Object> unique(List<Object> values) {
        List<Object> kept = new ArrayList<>();
        for (Object value : values) {
            if (kept.stream().noneMatch(k -> Values.same(k, value))) {
                kept.add(value);
            }
        }
        return kept;
    }

    private static List<Object> sorted(List<Object> values) throws TemplateException {
        for (int i = 1; i < values.size(); i++) {
            Values.compare(values.getFirst(), values.get(i)); // all of one kind, or an exception
        }
        values.sort((a, b) ->
                a instanceof String s
                        ? s.compareTo(Values.text(b))
                        : Double.compare(Values.number(a), Values.number(b)));
        return values;
    }

    private static String join(Object value, List<Object> arguments, Map<String, Object> named)
            throws TemplateException {
        String between = arguments.isEmpty() ? "" : Values.text(arguments.getFirst());
        List<String> parts = new ArrayList<>();
        for (Object part : Values.elements(value)) {
            Object attribute = named.get("attribute");
            parts.add(
                    Values.text(
                            attribute == null ? part : attribute(part, Values.text(attribute))));
        }
        return String.join(between, parts);
    }

    private static Map<String, Object> map(Object value) throws TemplateException {
        if (!(value instanceof Map<?, ?> map)) {
            throw new TemplateException(Values.kind(value) + " is no map");
        }
        Map<String, Object> copy = new LinkedHashMap<>();
        map.forEach((k, v) -> copy.put(String.valueOf(k), v));
        return copy;
    }

    static List<Object> items(Object value) throws TemplateException {
        List<Object> items = new ArrayList<>();
        map(value).forEach((k, v) -> items.add(List.of(k, v)));
        return items;
    }

    private static Object orElse(Object value, List<Object> arguments, Map<String, Object> named) {
        Object other =
                !arguments.isEmpty()
                        ? arguments.getFirst()
                        : named.getOrDefault("default_value", "");
        Object alsoFalse =
                arguments.size() > 1 ? arguments.get(1) : named.getOrDefault("boolean", false);
        boolean missing =
                value instanceof Values.Undefined
                        || (Values.truth(alsoFalse) && !Values.truth(value));
        return missing ? other : value;
    }

    private static Object integer(Object value, List<Object> arguments) {
        Object absent = arguments.isEmpty() ? (Object) 0L : arguments.getFirst();
        if (value instanceof String s) {
            return s.strip().matches("[-+]?\\d{1,18}")
                    ? (Object) Long.parseLong(s.strip())
                    : absent;
        }
        double number = Values.number(value);
        return Double.isNaN(number) ? absent : (Object) (long) number;
    }

    private static double decimal(Object value) {
        if (value instanceof String s) {
            return s.strip().matches("[-+]?\\d{1,18}(\\.\\d{1,18})?")
                    ? Double.parseDouble(s.strip())
                    : 0;
        }
        double number = Values.number(value);
        return Double.isNaN(number) ? 0 : number;
    }

    private static String json(Object value, List<Object> arguments, Map<String, Object> named)
            throws TemplateException {
        Object indent = arguments.isEmpty() ? named.get("indent") : arguments.getFirst();
        var out = new StringBuilder();
        int width = indent instanceof Long l ? Math.clamp(l, 0, 16) : -1;
        Values.json(value, width, "", out);
        return out.toString();
    }

    private static String indent(Object value, List<Object> arguments, Map<String, Object> named) {
        Object width = arguments.isEmpty() ? named.getOrDefault("width", 4L) : arguments.getFirst();
        int blanks = width instanceof Long l ? Math.clamp(l, 0, 64) : 4;
        boolean first =
                Values.truth(
                        arguments.size() > 1
                                ? arguments.get(1)
                                : named.getOrDefault("first", false));
        String margin = " ".repeat(blanks);
        String[] lines = Values.text(value).split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            boolean indented = i == 0 ? first : !lines[i].isBlank();
            lines[i] = indented ? margin + lines[i] : lines[i];
        }
        return String.join("\n", lines);
    }

    private static List<Object> mapped(
            Object value, List<Object> arguments, Map<String, Object> named)
            throws TemplateException {
        List<Object> all = new ArrayList<>();
        Object attribute = named.get("attribute");
        for (Object item : Values.elements(value)) {
            if (attribute != null) {
                Object found = attribute(item, Values.text(attribute));
                boolean missing = found instanceof Values.Undefined && named.containsKey("default");
                all.add(missing ? named.getOrDefault("default", Values.NONE) : found);
            } else {
                all.add(
                        filter(
                                item,
                                first(arguments),
                                arguments.subList(1, arguments.size()),
                                Map.of()));
            }
        }
        return all;
    }

    private static List<Object> chosen(
            Object value, String attribute, List<Object> arguments, int testAt, boolean wanted)
            throws TemplateException {
        List<Object> kept = new ArrayList<>();
        for (Object item : Values.elements(value)) {
            Object tested = attribute.isEmpty() ? item : attribute(item, attribute);
            boolean holds =
                    testAt >= arguments.size()
                            ? Values.truth(tested)
                            : test(
                                    tested,
                                    Values.text(arguments.get(testAt)),
                                    arguments.subList(testAt + 1, arguments.size()));
            if (holds == wanted) {
                kept.add(item);
            }
        }
        return kept;
    }

    private static Object attribute(Object item, String path) {
        Object value = item;
        for (String name : path.split("\\.", -1)) {
            Object found = value instanceof Map<?, ?> map ? map.get(name) : null;
            value = found == null ? new Values.Undefined(path) : found;
        }
        return value;
    }
}
