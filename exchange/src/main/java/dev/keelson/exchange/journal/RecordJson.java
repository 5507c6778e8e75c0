package dev.keelson.exchange.journal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.core.plan.Action;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Core's records as JSON trees and back, component by component in the order of their declaration,
 * so that equal records give equal text. Names (records of one text) are strings, times and
 * durations are ISO-8601, a sealed value names its kind in {@code type} (actions) or {@code is}
 * (others). Unknown fields are ignored; an absent collection is empty; another absent component is
 * null where it is declared so and an error otherwise.
 */
final class RecordJson {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private RecordJson() {}

    static JsonNode write(@Nullable Object value) {
        return switch (value) {
            case null -> NODES.nullNode();
            case String text -> NODES.textNode(text);
            case Boolean flag -> NODES.booleanNode(flag);
            case Integer number -> NODES.numberNode(number);
            case Long number -> NODES.numberNode(number);
            case Double number -> finite(number);
            case Enum<?> constant -> NODES.textNode(constant.name());
            case Instant time -> NODES.textNode(time.toString());
            case Duration duration -> NODES.textNode(duration.toString());
            case Map<?, ?> map -> writeMap(map);
            case Collection<?> items -> writeItems(items);
            case Record values -> writeRecord(values);
            default ->
                    throw new IllegalArgumentException(
                            "A %s has no JSON.".formatted(value.getClass()));
        };
    }

    private static JsonNode finite(double number) {
        if (!Double.isFinite(number)) {
            throw new IllegalArgumentException("The number (%s) has no JSON.".formatted(number));
        }
        return NODES.numberNode(number);
    }

    private static JsonNode writeMap(Map<?, ?> map) {
        var object = NODES.objectNode();
        map.forEach((key, value) -> object.set(keyText(key), write(value)));
        return object;
    }

    private static String keyText(Object key) {
        var node = write(key);
        return node.asText();
    }

    private static JsonNode writeItems(Collection<?> items) {
        var array = NODES.arrayNode();
        items.forEach(item -> array.add(write(item)));
        return array;
    }

    private static JsonNode writeRecord(Record value) {
        var type = value.getClass();
        if (isName(type)) {
            return NODES.textNode((String) component(value, type.getRecordComponents()[0]));
        }
        var object = NODES.objectNode();
        var sealedAs = sealedInterface(type);
        if (sealedAs != null) {
            object.put(kindField(sealedAs), kindName(type));
        }
        for (RecordComponent c : type.getRecordComponents()) {
            object.set(c.getName(), write(component(value, c)));
        }
        return object;
    }

    private static @Nullable Object component(Record value, RecordComponent c) {
        try {
            return c.getAccessor().invoke(value);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(
                    "The component %s of %s is not readable.".formatted(c, value), e);
        }
    }

    /** A record of one text is a name and stands as that text. */
    private static boolean isName(Class<?> type) {
        if (!type.isRecord()) {
            return false;
        }
        var components = type.getRecordComponents();
        return components.length == 1
                && components[0].getName().equals("value")
                && components[0].getType() == String.class;
    }

    private static @Nullable Class<?> sealedInterface(Class<?> type) {
        for (Class<?> candidate : type.getInterfaces()) {
            if (candidate.isSealed()) {
                return candidate;
            }
        }
        return null;
    }

    private static String kindField(Class<?> sealedType) {
        return sealedType == Action.class ? "type" : "is";
    }

    private static String kindName(Class<?> type) {
        return type.getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
    }

    static <T> T read(JsonNode node, Class<T> type) {
        return type.cast(read(node, type, type.getSimpleName()));
    }

    private static Object read(JsonNode node, Type type, String at) {
        if (type instanceof ParameterizedType generic) {
            return readCollection(node, generic, at);
        }
        var wanted = (Class<?>) type;
        try {
            return readValue(node, wanted, at);
        } catch (DateTimeException | IllegalArgumentException e) {
            throw new JournalFormatException(0, "%s: %s".formatted(at, e.getMessage()));
        }
    }

    private static Object readValue(JsonNode node, Class<?> wanted, String at) {
        if (wanted == String.class) {
            return text(node, at);
        }
        if (wanted == boolean.class) {
            return expect(node.isBoolean(), node.booleanValue(), "true or false", at);
        }
        if (wanted == int.class || wanted == Integer.class) {
            return expect(
                    node.canConvertToInt() && node.isIntegralNumber(),
                    node.intValue(),
                    "an integer",
                    at);
        }
        if (wanted == long.class || wanted == Long.class) {
            return expect(
                    node.canConvertToLong() && node.isIntegralNumber(),
                    node.longValue(),
                    "an integer",
                    at);
        }
        if (wanted == double.class || wanted == Double.class) {
            return expect(node.isNumber(), node.doubleValue(), "a number", at);
        }
        if (wanted == Instant.class) {
            return Instant.parse(text(node, at));
        }
        if (wanted == Duration.class) {
            return Duration.parse(text(node, at));
        }
        if (wanted.isEnum()) {
            return constant(wanted, text(node, at), at);
        }
        if (isName(wanted)) {
            return construct(wanted, new Object[] {text(node, at)}, at);
        }
        if (wanted.isSealed()) {
            return readRecord(node, variant(node, wanted, at), at);
        }
        return readRecord(node, wanted, at);
    }

    private static String text(JsonNode node, String at) {
        return expect(node.isTextual(), node.asText(), "a text", at);
    }

    private static <T> T expect(boolean holds, T value, String what, String at) {
        if (!holds) {
            throw new JournalFormatException(0, "%s must be %s.".formatted(at, what));
        }
        return value;
    }

    private static Object constant(Class<?> type, String name, String at) {
        for (Object constant : type.getEnumConstants()) {
            if (((Enum<?>) constant).name().equals(name)) {
                return constant;
            }
        }
        throw new JournalFormatException(
                0, "%s: %s is no %s.".formatted(at, name, type.getSimpleName()));
    }

    private static Class<?> variant(JsonNode node, Class<?> sealedType, String at) {
        var kind = node.path(kindField(sealedType)).asText();
        for (Class<?> permitted : sealedType.getPermittedSubclasses()) {
            if (kindName(permitted).equals(kind)) {
                return permitted;
            }
        }
        throw new JournalFormatException(
                0, "%s: %s is no %s.".formatted(at, kind, sealedType.getSimpleName()));
    }

    private static Object readRecord(JsonNode node, Class<?> type, String at) {
        expect(node.isObject(), node, "an object", at);
        var components = type.getRecordComponents();
        var values = new @Nullable Object[components.length];
        for (int i = 0; i < components.length; i++) {
            var c = components[i];
            var field = node.get(c.getName());
            var place = at + "." + c.getName();
            if (field != null && !field.isNull()) {
                values[i] = read(field, c.getGenericType(), place);
            } else if (c.getGenericType() instanceof ParameterizedType generic) {
                values[i] = readCollection(NODES.nullNode(), generic, place);
            } else {
                expect(
                        c.getAnnotatedType().isAnnotationPresent(Nullable.class),
                        node,
                        "present",
                        place);
            }
        }
        return construct(type, values, at);
    }

    private static Object construct(Class<?> type, @Nullable Object[] values, String at) {
        var components = type.getRecordComponents();
        var types = new Class<?>[components.length];
        for (int i = 0; i < types.length; i++) {
            types[i] = components[i].getType();
        }
        try {
            Constructor<?> canonical = type.getDeclaredConstructor(types);
            return canonical.newInstance(values);
        } catch (InvocationTargetException e) {
            throw new JournalFormatException(
                    0, "%s: %s".formatted(at, String.valueOf(e.getCause())));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("The record %s cannot be made.".formatted(type), e);
        }
    }

    private static Object readCollection(JsonNode node, ParameterizedType type, String at) {
        var raw = (Class<?>) type.getRawType();
        var arguments = type.getActualTypeArguments();
        if (SortedMap.class.isAssignableFrom(raw)) {
            var map = new TreeMap<Object, Object>();
            if (node instanceof ObjectNode object) {
                for (var e : object.properties()) {
                    map.put(
                            readKey(e.getKey(), arguments[0], at),
                            read(e.getValue(), arguments[1], at + "." + e.getKey()));
                }
            } else {
                expect(node.isNull(), node, "an object", at);
            }
            return map;
        }
        var items = readItems(node, arguments[0], at);
        return SortedSet.class.isAssignableFrom(raw) ? new TreeSet<>(items) : items;
    }

    private static Object readKey(String key, Type type, String at) {
        if (type == Integer.class) {
            try {
                return Integer.valueOf(key);
            } catch (NumberFormatException e) {
                throw new JournalFormatException(
                        0, "%s: the key (%s) must be an integer.".formatted(at, key));
            }
        }
        return read(NODES.textNode(key), type, at);
    }

    private static List<Object> readItems(JsonNode node, Type type, String at) {
        var items = new ArrayList<Object>();
        if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                items.add(read(array.get(i), type, "%s[%d]".formatted(at, i)));
            }
        } else {
            expect(node.isNull(), node, "a list", at);
        }
        return items;
    }
}
