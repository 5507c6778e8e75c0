package dev.keelson.yaml;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * One mapping of a YAML file, taken key by key; {@link #noMoreKeys()} then refuses what nobody
 * asked for. Not thread-safe: it notes which keys were asked for.
 */
public final class YamlSection {
    private static final Pattern DURATION =
            Pattern.compile("(\\d{1,9}(?:\\.\\d{1,6})?)(ms|s|m|h|d)");

    private final String file;
    private final String path;
    private final int line;
    private final Function<String, ? extends RuntimeException> exception;
    private final Map<String, Node> values = new LinkedHashMap<>();
    private final Set<String> asked = new TreeSet<>();
    private final List<YamlSection> children = new ArrayList<>();

    YamlSection(
            String file,
            String path,
            MappingNode node,
            Function<String, ? extends RuntimeException> exception) {
        this.file = file;
        this.path = path;
        this.exception = exception;
        line = lineOf(node);
        for (var tuple : node.getValue()) {
            var key = scalar(tuple.getKeyNode(), path);
            if (values.put(key, tuple.getValueNode()) != null) {
                throw at(tuple.getKeyNode(), "the key '%s' stands twice.".formatted(path + key));
            }
        }
    }

    public boolean has(String key) {
        return find(key) != null;
    }

    public String text(String key) {
        return optionalText(key).orElseThrow(() -> missing(key));
    }

    public String text(String key, String otherwise) {
        return optionalText(key).orElse(otherwise);
    }

    public Optional<String> optionalText(String key) {
        var node = find(key);
        return node == null ? Optional.empty() : Optional.of(scalar(node, path + key));
    }

    /** One of these words. */
    public String word(String key, List<String> known) {
        var text = text(key);
        if (!known.contains(text)) {
            throw wrong(key, "one of: " + String.join(", ", known));
        }
        return text;
    }

    public int whole(String key) {
        try {
            return Integer.parseInt(text(key));
        } catch (NumberFormatException e) {
            throw wrong(key, "a whole number");
        }
    }

    public int whole(String key, int otherwise) {
        return has(key) ? whole(key) : otherwise;
    }

    /** A whole number from {@code least} to {@code most}. */
    public int whole(String key, int least, int most) {
        try {
            int value = Integer.parseInt(text(key));
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Told below, as any other text that is no such number.
        }
        throw wrong(key, "a whole number from %d to %d".formatted(least, most));
    }

    public int whole(String key, int least, int most, int otherwise) {
        return has(key) ? whole(key, least, most) : otherwise;
    }

    /** A finite number from {@code least} to {@code most}. */
    public double number(String key, double least, double most) {
        try {
            double value = Double.parseDouble(text(key));
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Told below, as any other text that is no such number.
        }
        throw wrong(key, "a number from %s to %s".formatted(plain(least), plain(most)));
    }

    public double number(String key, double least, double most, double otherwise) {
        return has(key) ? number(key, least, most) : otherwise;
    }

    /** A TCP port; 0 lets the kernel choose. */
    public int port(String key) {
        int value = whole(key);
        if (value < 0 || value > 65_535) {
            throw wrong(key, "a port from 0 to 65535");
        }
        return value;
    }

    public boolean flag(String key, boolean otherwise) {
        return optionalText(key)
                .map(text ->
                        switch (text) {
                            case "true" -> true;
                            case "false" -> false;
                            default -> throw wrong(key, "true or false");
                        })
                .orElse(otherwise);
    }

    /** Such as 250ms, 2.5s, 15m, 24h, 7d. */
    public Duration duration(String key) {
        var match = DURATION.matcher(text(key));
        if (!match.matches()) {
            throw wrong(key, "a duration such as 250ms, 30s, 15m or 24h");
        }
        double seconds =
                Double.parseDouble(match.group(1))
                        * switch (match.group(2)) {
                            case "ms" -> 1e-3;
                            case "s" -> 1;
                            case "m" -> 60;
                            case "h" -> 3_600;
                            default -> 86_400;
                        };
        return Duration.ofNanos(Math.round(seconds * 1e9));
    }

    public Duration duration(String key, Duration otherwise) {
        return has(key) ? duration(key) : otherwise;
    }

    public Path file(String key) {
        return toPath(key, text(key));
    }

    public Optional<Path> optionalFile(String key) {
        return optionalText(key).map(text -> toPath(key, text));
    }

    public List<String> texts(String key) {
        return items(key).stream().map(item -> scalar(item, path + key)).toList();
    }

    public YamlSection section(String key) {
        return optionalSection(key).orElseThrow(() -> missing(key));
    }

    public Optional<YamlSection> optionalSection(String key) {
        var node = find(key);
        return node == null ? Optional.empty() : Optional.of(child(node, path + key));
    }

    /** A list of mappings; empty where the key is absent. */
    public List<YamlSection> sections(String key) {
        var sections = new ArrayList<YamlSection>();
        for (Node item : items(key)) {
            sections.add(child(item, "%s%s[%d]".formatted(path, key, sections.size())));
        }
        return sections;
    }

    /** A section of free keys and scalar values, such as Kafka properties. */
    public Map<String, String> properties(String key) {
        var found = optionalSection(key);
        var result = new LinkedHashMap<String, String>();
        found.ifPresent(
                section -> section.keys().forEach(name -> result.put(name, section.text(name))));
        return result;
    }

    /** Keys of this section, in the file's order: for sections whose keys are names. */
    public List<String> keys() {
        return List.copyOf(values.keySet());
    }

    /** Ends the reading: fails when this section or one inside it holds a key nobody asked for. */
    public void noMoreKeys() {
        for (var entry : values.entrySet()) {
            if (!asked.contains(entry.getKey())) {
                throw at(
                        entry.getValue(),
                        "unknown key '%s'; known here: %s."
                                .formatted(path + entry.getKey(), String.join(", ", asked)));
            }
        }
        children.forEach(YamlSection::noMoreKeys);
    }

    /** That the value of a key is not what it should be, with its place in the file. */
    public RuntimeException wrong(String key, String expected) {
        var node = values.get(key);
        return node instanceof ScalarNode scalar
                ? at(
                        node,
                        "'%s' (%s) must be %s."
                                .formatted(
                                        path + key, scalar.getValue().replace('\0', '?'), expected))
                : malformed(key, expected);
    }

    /** The same for a secret: the message does not show the value. */
    public RuntimeException malformed(String key, String expected) {
        return at(values.get(key), "'%s' must be %s.".formatted(path + key, expected));
    }

    private RuntimeException missing(String key) {
        return at(null, "the key '%s' is missing.".formatted(path + key));
    }

    /**
     * @param node null for the section itself
     */
    private RuntimeException at(@Nullable Node node, String problem) {
        return exception.apply(
                "%s:%d: %s".formatted(file, node == null ? line : lineOf(node), problem));
    }

    private List<Node> items(String key) {
        var node = find(key);
        if (node == null) {
            return List.of();
        }
        if (node instanceof SequenceNode sequence) {
            return sequence.getValue();
        }
        throw at(node, "'%s' must be a list.".formatted(path + key));
    }

    private YamlSection child(Node node, String name) {
        if (!(node instanceof MappingNode mapping)) {
            throw at(node, "'%s' must hold 'key: value' lines.".formatted(name));
        }
        var child = new YamlSection(file, name + ".", mapping, exception);
        children.add(child);
        return child;
    }

    private @Nullable Node find(String key) {
        asked.add(key);
        return values.get(key);
    }

    private Path toPath(String key, String text) {
        try {
            if (!text.isBlank()) {
                return Path.of(text);
            }
        } catch (InvalidPathException malformed) {
            // Told below.
        }
        throw wrong(key, "a path");
    }

    private String scalar(Node node, String key) {
        if (node instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        throw at(node, "'%s' must be a single value.".formatted(key));
    }

    private static String plain(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    private static int lineOf(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
    }
}
