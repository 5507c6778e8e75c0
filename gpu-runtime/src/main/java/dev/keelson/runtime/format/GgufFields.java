package dev.keelson.runtime.format;

import java.util.List;
import java.util.Map;

/** The metadata of a GGUF file, each value checked for type and range when it is taken. */
public record GgufFields(String file, Map<String, Object> values) {
    /** Is there such a key? */
    public boolean has(String key) {
        return values.containsKey(key);
    }

    /** A text, or {@code absent}. */
    public String text(String key, String absent) throws ModelFileException {
        Object value = values.getOrDefault(key, absent);
        if (value instanceof String s) {
            return s;
        }
        throw wrong(key, "a text");
    }

    /** A whole number in [least, most]. */
    public int integer(String key, int least, int most) throws ModelFileException {
        if (values.get(key) instanceof Long l && l >= least && l <= most) {
            return Math.toIntExact(l);
        }
        throw wrong(key, "a whole number from " + least + " to " + most);
    }

    /** As {@link #integer(String, int, int)}, or {@code absent}. */
    public int integer(String key, int least, int most, int absent) throws ModelFileException {
        return has(key) ? integer(key, least, most) : absent;
    }

    /** A positive number, or {@code absent}. */
    public double positive(String key, double absent) throws ModelFileException {
        Object value = values.getOrDefault(key, absent);
        if (value instanceof Number n && n.doubleValue() > 0 && n.doubleValue() < 1e12) {
            return n.doubleValue();
        }
        throw wrong(key, "a positive number");
    }

    /** True or false, or {@code absent}. */
    public boolean flag(String key, boolean absent) throws ModelFileException {
        Object value = values.getOrDefault(key, absent);
        if (value instanceof Boolean b) {
            return b;
        }
        throw wrong(key, "true or false");
    }

    /** A list of one type; empty if it is absent. */
    public <T> List<T> list(String key, Class<T> type) throws ModelFileException {
        Object value = values.getOrDefault(key, List.of());
        if (!(value instanceof List<?> list) || !list.stream().allMatch(type::isInstance)) {
            throw wrong(key, "a list of " + type.getSimpleName());
        }
        return list.stream().map(type::cast).toList();
    }

    /** The exception for a value that is not what was expected. */
    public ModelFileException wrong(String key, String expected) {
        Object value = values.get(key);
        String text =
                value == null ? "nothing" : value instanceof List ? "a list" : value.toString();
        String shown = text.length() > 60 ? text.substring(0, 60) + "..." : text;
        return new ModelFileException(file, key + " must be " + expected + ", not " + shown);
    }
}
