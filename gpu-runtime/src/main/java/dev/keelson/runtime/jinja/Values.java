package dev.keelson.runtime.jinja;

import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Python's view of values: text, Boolean, Long, Double, List, Map with text keys, {@link #NONE} and
 * {@link Undefined}.
 */
final class Values {
    /** The type of None, which has one value. */
    enum None {
        NONE;

        @Override
        public String toString() {
            return "None";
        }
    }

    /** Python's None. */
    static final Object NONE = None.NONE;

    /** What a name or an attribute that is not there gives. */
    record Undefined(String name) {
        @Override
        public String toString() {
            return "";
        }
    }

    /** The one kind of value that a template can change: {@code namespace(...)}. */
    record Namespace(Map<String, Object> attributes) {
        @Override
        public String toString() {
            return "namespace"; // it may hold itself
        }
    }

    private Values() {}

    /** A value from JSON-like Java objects. */
    static Object of(Object value) {
        return switch (value) {
            case Integer i -> (long) i;
            case List<?> list -> list.stream().map(Values::of).toList();
            case Map<?, ?> map -> {
                Map<String, Object> copy = new LinkedHashMap<>();
                map.forEach((k, v) -> copy.put(String.valueOf(k), of(v)));
                yield copy;
            }
            default -> value;
        };
    }

    static boolean truth(Object value) {
        return switch (value) {
            case Boolean b -> b;
            case String s -> !s.isEmpty();
            case Long l -> l != 0;
            case Double d -> d != 0;
            case List<?> l -> !l.isEmpty();
            case Map<?, ?> m -> !m.isEmpty();
            case Undefined u -> false;
            default -> !(value instanceof None);
        };
    }

    /** As Python's str(). */
    static String text(Object value) {
        return switch (value) {
            case String s -> s;
            case Boolean b -> b ? "True" : "False";
            case List<?> list -> list.stream().map(Values::quoted).toList().toString();
            case Map<?, ?> map -> {
                List<String> items = new ArrayList<>();
                map.forEach((k, v) -> items.add(quoted(k) + ": " + quoted(v)));
                yield "{" + String.join(", ", items) + "}";
            }
            default -> value.toString();
        };
    }

    /** As Python's repr(). */
    private static String quoted(Object value) {
        if (!(value instanceof String s)) {
            return text(value);
        }
        char quote = s.indexOf('\'') >= 0 && s.indexOf('"') < 0 ? '"' : '\'';
        String escaped =
                s.replace("\\", "\\\\")
                        .replace("\n", "\\n")
                        .replace("\r", "\\r")
                        .replace("\t", "\\t");
        return quote + (quote == '\'' ? escaped.replace("'", "\\'") : escaped) + quote;
    }

    static boolean same(Object a, Object b) {
        if (a instanceof Number || a instanceof Boolean) {
            return (b instanceof Number || b instanceof Boolean) && number(a) == number(b);
        }
        if (a instanceof Undefined) {
            return b instanceof Undefined;
        }
        return a.equals(b);
    }

    /** A number or a truth value as a number; NaN for anything else. */
    static double number(Object value) {
        return switch (value) {
            case Long l -> l;
            case Double d -> d;
            case Boolean b -> b ? 1 : 0;
            default -> Double.NaN;
        };
    }

    static int compare(Object a, Object b) throws TemplateException {
        if (a instanceof String s && b instanceof String t) {
            return s.compareTo(t);
        }
        double x = number(a);
        double y = number(b);
        if (Double.isNaN(x) || Double.isNaN(y)) {
            throw new TemplateException(kind(a) + " and " + kind(b) + " have no order");
        }
        return Double.compare(x, y);
    }

    /** Elements of a list, keys of a map, characters of a text; nothing of what is undefined. */
    static List<Object> elements(Object value) throws TemplateException {
        return switch (value) {
            case List<?> list -> new ArrayList<>(list);
            case Map<?, ?> map -> new ArrayList<>(map.keySet());
            case String s -> {
                List<Object> characters = new ArrayList<>();
                s.codePoints().forEach(c -> characters.add(Character.toString(c)));
                yield characters;
            }
            case Undefined u -> List.of();
            default -> throw new TemplateException(kind(value) + " has no elements");
        };
    }

    static long size(Object value) throws TemplateException {
        return switch (value) {
            case String s -> s.codePointCount(0, s.length());
            case List<?> l -> l.size();
            case Map<?, ?> m -> m.size();
            case Undefined u -> 0;
            default -> throw new TemplateException(kind(value) + " has no length");
        };
    }

    static boolean contains(Object container, Object value) throws TemplateException {
        return switch (container) {
            case String s -> s.contains(text(value));
            case List<?> l -> l.stream().anyMatch(item -> same(item, value));
            case Map<?, ?> m -> m.containsKey(text(value));
            case Undefined u -> false;
            default -> throw new TemplateException(kind(container) + " contains nothing");
        };
    }

    static String kind(Object value) {
        return switch (value) {
            case String s -> "a text";
            case Boolean b -> "a truth value";
            case Long l -> "a number";
            case Double d -> "a number";
            case List<?> l -> "a list";
            case Map<?, ?> m -> "a map";
            case Undefined(String name) -> "'" + name + "', which is undefined,";
            default -> value instanceof None ? "None" : "a function";
        };
    }

    /** As Python's json.dumps with {@code ensure_ascii=False}; lines only with an indent. */
    static void json(Object value, int indent, String margin, StringBuilder out)
            throws TemplateException {
        switch (value) {
            case String s -> out.append(TextNode.valueOf(s));
            case Boolean b -> out.append(b);
            case Long l -> out.append(l);
            case Double d -> out.append(d);
            case List<?> list -> {
                List<Object> items = new ArrayList<>(list);
                Brackets b = new Brackets(indent, margin, out);
                b.open('[');
                for (int i = 0; i < items.size(); i++) {
                    b.item(i);
                    json(items.get(i), indent, b.inner(), out);
                }
                b.close(']', items.isEmpty());
            }
            case Map<?, ?> map -> {
                Brackets b = new Brackets(indent, margin, out);
                b.open('{');
                int i = 0;
                for (var entry : map.entrySet()) {
                    b.item(i++);
                    out.append(TextNode.valueOf(String.valueOf(entry.getKey()))).append(": ");
                    json(entry.getValue(), indent, b.inner(), out);
                }
                b.close('}', map.isEmpty());
            }
            default -> {
                if (!(value instanceof None)) {
                    throw new TemplateException(kind(value) + " is no JSON");
                }
                out.append("null");
            }
        }
    }

    private record Brackets(int indent, String margin, StringBuilder out) {
        String inner() {
            return indent < 0 ? "" : margin + " ".repeat(indent);
        }

        void open(char bracket) {
            out.append(bracket);
        }

        void item(int index) {
            out.append(index == 0 ? "" : indent < 0 ? ", " : ",");
            if (indent >= 0) {
                out.append('\n').append(inner());
            }
        }

        void close(char bracket, boolean empty) {
            if (indent >= 0 && !empty) {
                out.append('\n').append(margin);
            }
            out.append(bracket);
        }
    }
}
