package dev.keelson.runtime.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Methods of Python's str, as far as chat templates call them. */
final class TextMethods {
    private TextMethods() {}

    static Object call(String s, String method, List<Object> arguments) throws TemplateException {
        return switch (method) {
            case "strip" -> strip(s, arguments, true, true);
            case "lstrip" -> strip(s, arguments, true, false);
            case "rstrip" -> strip(s, arguments, false, true);
            case "split" -> split(s, arguments);
            case "splitlines" -> new ArrayList<Object>(s.lines().toList());
            case "startswith" -> anyOf(arguments).stream().anyMatch(s::startsWith);
            case "endswith" -> anyOf(arguments).stream().anyMatch(s::endsWith);
            case "upper" -> s.toUpperCase(Locale.ROOT);
            case "lower" -> s.toLowerCase(Locale.ROOT);
            case "capitalize" -> capitalised(s);
            case "title" -> title(s);
            case "replace" -> s.replace(text(arguments, 0), text(arguments, 1));
            case "find" -> (long) s.indexOf(text(arguments, 0));
            case "count" -> count(s, text(arguments, 0));
            case "removeprefix" -> {
                String prefix = text(arguments, 0);
                yield s.startsWith(prefix) ? s.substring(prefix.length()) : s;
            }
            case "removesuffix" -> {
                String suffix = text(arguments, 0);
                yield s.endsWith(suffix) ? s.substring(0, s.length() - suffix.length()) : s;
            }
            case "join" -> {
                List<String> parts = new ArrayList<>();
                for (Object part : Values.elements(arguments.getFirst())) {
                    parts.add(Values.text(part));
                }
                yield String.join(s, parts);
            }
            case "isdigit" -> !s.isEmpty() && s.chars().allMatch(Character::isDigit);
            default -> throw new TemplateException("a text has no method " + method);
        };
    }

    static String strip(String s, List<Object> arguments, boolean left, boolean right)
            throws TemplateException {
        boolean white = arguments.isEmpty() || arguments.getFirst() instanceof Values.None;
        String drop = white ? "" : text(arguments, 0);
        int from = 0;
        int to = s.length();
        while (left && from < to && dropped(s.charAt(from), white, drop)) {
            from++;
        }
        while (right && to > from && dropped(s.charAt(to - 1), white, drop)) {
            to--;
        }
        return s.substring(from, to);
    }

    private static boolean dropped(char c, boolean white, String drop) {
        return white
                ? Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085'
                : drop.indexOf(c) >= 0;
    }

    private static List<Object> split(String s, List<Object> arguments) throws TemplateException {
        List<Object> parts = new ArrayList<>();
        if (arguments.isEmpty() || arguments.getFirst() instanceof Values.None) {
            for (String part : s.strip().split("\\s+", -1)) {
                if (!part.isEmpty()) {
                    parts.add(part);
                }
            }
            return parts;
        }
        String separator = text(arguments, 0);
        if (separator.isEmpty()) {
            throw new TemplateException("split needs a separator");
        }
        long most = arguments.size() > 1 ? (long) Values.number(arguments.get(1)) : -1;
        int from = 0;
        for (int hit = s.indexOf(separator); hit >= 0 && most != 0; most--) {
            parts.add(s.substring(from, hit));
            from = hit + separator.length();
            hit = s.indexOf(separator, from);
        }
        parts.add(s.substring(from));
        return parts;
    }

    private static List<String> anyOf(List<Object> arguments) throws TemplateException {
        if (!arguments.isEmpty() && arguments.getFirst() instanceof List<?> list) {
            return list.stream().map(Values::text).toList();
        }
        return List.of(text(arguments, 0));
    }

    static String capitalised(String s) {
        return s.isEmpty()
                ? s
                : s.substring(0, 1).toUpperCase(Locale.ROOT)
                        + s.substring(1).toLowerCase(Locale.ROOT);
    }

    static String title(String s) {
        var out = new StringBuilder(s.length());
        boolean inWord = false;
        for (int i = 0; i < s.length(); i++) {
            char c = s.charAt(i);
            out.append(inWord ? Character.toLowerCase(c) : Character.toUpperCase(c));
            inWord = Character.isLetter(c);
        }
        return out.toString();
    }

    private static long count(String s, String part) {
        long hits = 0;
        for (int i = s.indexOf(part);
                i >= 0 && !part.isEmpty();
                i = s.indexOf(part, i + part.length())) {
            hits++;
        }
        return hits;
    }

    private static String text(List<Object> arguments, int index) throws TemplateException {
        if (index < arguments.size() && arguments.get(index) instanceof String s) {
            return s;
        }
        throw new TemplateException("a text is needed as argument " + (index + 1));
    }
}
