package dev.keelson.runtime.jinja;

import dev.keelson.runtime.jinja.Expression.Arguments;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Evaluates expressions in a scope; counts its steps. Single-writer. */
class Evaluator {
    /** Something that a template can call. */
    interface Function {
        Object call(List<Object> arguments, Map<String, Object> named) throws TemplateException;
    }

    private static final int MOST_STEPS = 2_000_000;
    private static final int LONGEST = 1 << 24;

    /** Names of a block; what is not here is looked up in the block around it. */
    static final class Scope {
        private final @Nullable Scope outer;
        private final Map<String, Object> names = new LinkedHashMap<>();

        Scope(@Nullable Scope outer) {
            this.outer = outer;
        }

        Object get(String name) {
            for (Scope scope = this; scope != null; scope = scope.outer) {
                Object value = scope.names.get(name);
                if (value != null) {
                    return value;
                }
            }
            return new Values.Undefined(name);
        }

        void set(String name, Object value) {
            names.put(name, value);
        }
    }

    private int steps;

    final void step() throws TemplateException {
        if (++steps > MOST_STEPS) {
            throw new TemplateException("takes more than " + MOST_STEPS + " steps");
        }
    }

    final Object value(Expression expression, Scope scope) throws TemplateException {
        step();
        return switch (expression) {
            case Expression.Literal(Object value) -> value;
            case Expression.Name(String name) -> scope.get(name);
            case Expression.ListOf(List<Expression> items) -> values(items, scope);
            case Expression.MapOf m -> map(m, scope);
            case Expression.Item(Expression object, Expression index) ->
                    item(value(object, scope), value(index, scope));
            case Expression.Slice s -> slice(s, scope);
            case Expression.Call c -> call(c, scope);
            case Expression.Filter(Expression value, String name, Arguments a) ->
                    bounded(
                            Filters.filter(
                                    value(value, scope),
                                    name,
                                    values(a.positional(), scope),
                                    named(a, scope)));
            case Expression.Test(Expression value, String name, Arguments a) ->
                    Filters.test(value(value, scope), name, values(a.positional(), scope));
            case Expression.Not(Expression value) -> !Values.truth(value(value, scope));
            case Expression.Negative(Expression value) -> negative(value(value, scope));
            case Expression.Both(Expression left, Expression right) -> {
                Object first = value(left, scope);
                yield Values.truth(first) ? value(right, scope) : first;
            }
            case Expression.Either(Expression left, Expression right) -> {
                Object first = value(left, scope);
                yield Values.truth(first) ? first : value(right, scope);
            }
            case Expression.Binary(String operator, Expression left, Expression right) ->
                    bounded(binary(operator, value(left, scope), value(right, scope)));
            case Expression.Choice(
                            Expression condition,
                            Expression then,
                            @Nullable Expression otherwise) -> {
                if (Values.truth(value(condition, scope))) {
                    yield value(then, scope);
                }
                yield otherwise == null
                        ? new Values.Undefined("the other case")
                        : value(otherwise, scope);
            }
        };
    }

    private List<Object> values(List<Expression> items, Scope scope) throws TemplateException {
        List<Object> values = new ArrayList<>();
        for (Expression item : items) {
            values.add(value(item, scope));
        }
        return values;
    }

    private Map<String, Object> named(Arguments a, Scope scope) throws TemplateException {
        Map<String, Object> values = new LinkedHashMap<>();
        for (var entry : a.named().entrySet()) {
            values.put(entry.getKey(), value(entry.getValue(), scope));
        }
        return values;
    }

    private Map<String, Object> map(Expression.MapOf m, Scope scope) throws TemplateException {
        Map<String, Object> values = new LinkedHashMap<>();
        for (int i = 0; i < m.keys().size(); i++) {
            values.put(Values.text(value(m.keys().get(i), scope)), value(m.values().get(i), scope));
        }
        return values;
    }

    private static Object item(Object object, Object index) throws TemplateException {
        return switch (object) {
            case Map<?, ?> map -> attribute(map, index);
            case Values.Namespace(Map<String, Object> attributes) -> attribute(attributes, index);
            case Values.Undefined(String name) ->
                    throw new TemplateException("'" + name + "' is undefined");
            case List<?> list when index instanceof Long at -> element(list, at);
            case String text when index instanceof Long at -> element(Values.elements(text), at);
            default -> new Values.Undefined(Values.text(index));
        };
    }

    private static Object attribute(Map<?, ?> map, Object name) {
        Object found = map.get(Values.text(name));
        return found == null ? new Values.Undefined(Values.text(name)) : found;
    }

    private static Object element(List<?> list, long at) {
        long place = at < 0 ? at + list.size() : at;
        return place >= 0 && place < list.size()
                ? list.get((int) place)
                : new Values.Undefined("element " + at);
    }

    private Object slice(Expression.Slice s, Scope scope) throws TemplateException {
        Object object = value(s.object(), scope);
        List<Object> values = Values.elements(object);
        long step = bound(s.step(), 1, scope);
        if (step == 0) {
            throw new TemplateException("a slice's step is 0");
        }
        int n = values.size();
        long from = place(bound(s.from(), step > 0 ? 0 : n - 1L, scope), n, step);
        long to = s.to() == null ? (step > 0 ? n : -1) : place(bound(s.to(), 0, scope), n, step);
        List<Object> kept = new ArrayList<>();
        for (long i = from; step > 0 ? i < to : i > to; i += step) {
            kept.add(values.get((int) i));
        }
        if (object instanceof String) {
            var text = new StringBuilder();
            kept.forEach(text::append);
            return text.toString();
        }
        return kept;
    }

    private long bound(@Nullable Expression expression, long absent, Scope scope)
            throws TemplateException {
        if (expression == null) {
            return absent;
        }
        if (value(expression, scope) instanceof Long l) {
            return Math.clamp(l, -LONGEST, LONGEST);
        }
        throw new TemplateException("a slice's bound is no whole number");
    }

    private static long place(long index, int size, long step) {
        long place = index < 0 ? index + size : index;
        return step > 0 ? Math.clamp(place, 0, size) : Math.clamp(place, -1, size - 1L);
    }

    private Object call(Expression.Call c, Scope scope) throws TemplateException {
        List<Object> arguments = values(c.arguments().positional(), scope);
        Map<String, Object> named = named(c.arguments(), scope);
        if (c.function() instanceof Expression.Item(Expression object, Expression name)
                && value(name, scope) instanceof String method) {
            Object target = value(object, scope);
            if (target instanceof String text) {
                return bounded(TextMethods.call(text, method, arguments));
            }
            if (target instanceof Map<?, ?> map && !(map.get(method) instanceof Function)) {
                return mapMethod(map, method, arguments);
            }
        }
        Object function = value(c.function(), scope);
        if (function instanceof Function f) {
            return f.call(arguments, named);
        }
        throw new TemplateException(Values.kind(function) + " cannot be called");
    }

    private static Object mapMethod(Map<?, ?> map, String method, List<Object> arguments)
            throws TemplateException {
        return switch (method) {
            case "get" -> {
                Object found =
                        arguments.isEmpty() ? null : map.get(Values.text(arguments.getFirst()));
                Object absent = arguments.size() > 1 ? arguments.get(1) : Values.NONE;
                yield found == null ? absent : found;
            }
            case "items" -> Filters.items(map);
            case "keys" -> new ArrayList<Object>(map.keySet());
            case "values" -> new ArrayList<Object>(map.values());
            default -> throw new TemplateException("a map has no method " + method);
        };
    }

    private static Object negative(Object value) throws TemplateException {
        if (value instanceof Long l) {
            return -l;
        }
        if (value instanceof Double d) {
            return -d;
        }
        throw new TemplateException(Values.kind(value) + " has no sign");
    }

    private static Object binary(String operator, Object a, Object b) throws TemplateException {
        return switch (operator) {
            case "==" -> Values.same(a, b);
            case "!=" -> !Values.same(a, b);
            case "<" -> Values.compare(a, b) < 0;
            case ">" -> Values.compare(a, b) > 0;
            case "<=" -> Values.compare(a, b) <= 0;
            case ">=" -> Values.compare(a, b) >= 0;
            case "in" -> Values.contains(b, a);
            case "~" -> Values.text(a) + Values.text(b);
            case "+" -> sum(a, b);
            default -> arithmetic(operator, a, b);
        };
    }

    private static Object sum(Object a, Object b) throws TemplateException {
        if (a instanceof String s && b instanceof String t) {
            return s + t;
        }
        if (a instanceof List<?> l && b instanceof List<?> m) {
            List<Object> joined = new ArrayList<>(l);
            joined.addAll(m);
            return joined;
        }
        return arithmetic("+", a, b);
    }

    private static Object arithmetic(String operator, Object a, Object b) throws TemplateException {
        if (operator.equals("*") && a instanceof String s && b instanceof Long n) {
            if (n > 0 && s.length() * (double) n > LONGEST) {
                throw new TemplateException("a text grows too long");
            }
            return s.repeat((int) Math.max(0, n));
        }
        double x = Values.number(a);
        double y = Values.number(b);
        if (Double.isNaN(x) || Double.isNaN(y)) {
            throw new TemplateException(
                    Values.kind(a) + " and " + Values.kind(b) + " do not go with " + operator);
        }
        boolean whole = !(a instanceof Double) && !(b instanceof Double);
        if (y == 0 && List.of("/", "//", "%").contains(operator)) {
            throw new TemplateException("a division by zero");
        }
        double result =
                switch (operator) {
                    case "+" -> x + y;
                    case "-" -> x - y;
                    case "*" -> x * y;
                    case "/" -> x / y;
                    case "//" -> Math.floor(x / y);
                    case "%" -> x - Math.floor(x / y) * y;
                    default -> Math.pow(x, y);
                };
        return whole && !operator.equals("/") && Math.abs(result) < 1L << 53
                ? (Object) (long) result
                : (Object) result;
    }

    private static Object bounded(Object value) throws TemplateException {
        boolean tooLong =
                value instanceof String s
                        ? s.length() > LONGEST
                        : value instanceof List<?> l && l.size() > LONGEST;
        if (tooLong) {
            throw new TemplateException("a value grows too long");
        }
        return value;
    }
}
