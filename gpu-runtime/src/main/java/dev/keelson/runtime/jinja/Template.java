package dev.keelson.runtime.jinja;

import dev.keelson.runtime.jinja.Evaluator.Function;
import dev.keelson.runtime.jinja.Evaluator.Scope;
import dev.keelson.runtime.jinja.Values.Namespace;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A template that was parsed; it can be rendered many times, by any thread. */
public final class Template {
    private static final long MOST_NUMBERS = 100_000;

    private final List<Statement> body;

    private Template(List<Statement> body) {
        this.body = List.copyOf(body);
    }

    /**
     * Parses a template.
     *
     * @throws TemplateException if it is malformed or uses what is not known; the message names the
     *     line
     */
    public static Template parse(String source) throws TemplateException {
        return new Template(Parser.parse(source));
    }

    /**
     * The template's text for {@code variables}: text, numbers, truth values, lists, maps; {@link
     * #none()} for Python's None.
     *
     * @param clock what {@code strftime_now} reads
     * @throws TemplateException if the template raises an exception or cannot be evaluated
     */
    public String render(Map<String, Object> variables, InstantSource clock)
            throws TemplateException {
        var scope = new Scope(null);
        function(
                scope,
                "raise_exception",
                (arguments, named) -> {
                    String message = arguments.isEmpty() ? "" : Values.text(arguments.getFirst());
                    throw new TemplateException(message);
                });
        function(scope, "namespace", (arguments, named) -> namespace(arguments, named));
        function(scope, "dict", (arguments, named) -> new LinkedHashMap<>(named));
        function(scope, "range", (arguments, named) -> range(arguments));
        function(scope, "strftime_now", (arguments, named) -> now(arguments, clock));
        variables.forEach((name, value) -> scope.set(name, Values.of(value)));
        return new Renderer().render(body, scope);
    }

    /** Python's None, as a variable's value. */
    public static Object none() {
        return Values.NONE;
    }

    private static void function(Scope scope, String name, Function function) {
        scope.set(name, function);
    }

    private static Object namespace(List<Object> arguments, Map<String, Object> named) {
        Map<String, Object> attributes = new LinkedHashMap<>();
        for (Object argument : arguments) {
            if (argument instanceof Map<?, ?> map) {
                map.forEach((k, v) -> attributes.put(String.valueOf(k), v));
            }
        }
        attributes.putAll(named);
        return new Namespace(attributes);
    }

    private static Object range(List<Object> arguments) throws TemplateException {
        long[] bounds = new long[arguments.size()];
        for (int i = 0; i < bounds.length; i++) {
            if (!(arguments.get(i) instanceof Long l)) {
                throw new TemplateException("range takes whole numbers");
            }
            bounds[i] = l;
        }
        long from = bounds.length > 1 ? bounds[0] : 0;
        long to = bounds.length > 1 ? bounds[1] : bounds.length == 1 ? bounds[0] : 0;
        long step = bounds.length > 2 ? bounds[2] : 1;
        if (step == 0 || Math.abs((double) to - from) / Math.abs((double) step) > MOST_NUMBERS) {
            throw new TemplateException("range gives more than " + MOST_NUMBERS + " numbers");
        }
        List<Object> numbers = new ArrayList<>();
        for (long i = from; step > 0 ? i < to : i > to; i += step) {
            numbers.add(i);
        }
        return numbers;
    }

    private static Object now(List<Object> arguments, InstantSource clock)
            throws TemplateException {
        String format = arguments.isEmpty() ? "" : Values.text(arguments.getFirst());
        var time = clock.instant().atZone(ZoneId.systemDefault());
        var out = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%' || i + 1 == format.length()) {
                out.append(c);
                continue;
            }
            String pattern =
                    switch (format.charAt(++i)) {
                        case 'Y' -> "yyyy";
                        case 'm' -> "MM";
                        case 'd' -> "dd";
                        case 'b' -> "MMM";
                        case 'B' -> "MMMM";
                        case 'y' -> "yy";
                        case 'H' -> "HH";
                        case 'M' -> "mm";
                        case 'S' -> "ss";
                        case 'A' -> "EEEE";
                        case 'a' -> "EEE";
                        case 'j' -> "DDD";
                        case '%' -> "'%'";
                        default ->
                                throw new TemplateException(
                                        "strftime_now does not know %" + format.charAt(i));
                    };
            out.append(DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(time));
        }
        return out.toString();
    }
}
