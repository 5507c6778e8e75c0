package dev.keelson.exchange.config;

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
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** One mapping of a configuration file. Not thread-safe: it notes which keys were asked for. */
public final class ConfigSection {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

    private final String file;
    private final String path;
    private final int line;
    private final Map<String, Node> values = new LinkedHashMap<>();
    private final Set<String> asked = new TreeSet<>();
    private final List<ConfigSection> children = new ArrayList<>();

    ConfigSection(String file, String path, MappingNode node) {
        this.file = file;
        this.path = path;
        this.line = lineOf(node);
        for (var tuple : node.getValue()) {
            var key = scalar(tuple.getKeyNode(), path);
            if (values.put(key, tuple.getValueNode()) != null) {
                throw new ConfigException(
                        "%s:%d: the key '%s' stands twice."
                                .formatted(file, lineOf(tuple.getKeyNode()), path + key));
            }
        }
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

    public int number(String key) {
        return toNumber(key, text(key));
    }

    public int number(String key, int otherwise) {
        return optionalText(key).map(text -> toNumber(key, text)).orElse(otherwise);
    }

    /** A whole number from {@code least} to {@code most}. */
    public int number(String key, int otherwise, int least, int most) {
        int value = number(key, otherwise);
        if (value < least || value > most) {
            throw wrong(key, "a whole number from %d to %d".formatted(least, most));
        }
        return value;
    }

    /** A TCP port; 0 lets the kernel choose. */
    public int port(String key) {
        int value = number(key);
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
                            default -> throw wrong(key, text, "true or false");
                        })
                .orElse(otherwise);
    }

    /** Such as 250ms, 30s, 15m, 24h. */
    public Duration duration(String key, Duration otherwise) {
        return optionalText(key).map(text -> toDuration(key, text)).orElse(otherwise);
    }

    public Path file(String key) {
        return toPath(key, text(key));
    }

    public Optional<Path> optionalFile(String key) {
        return optionalText(key).map(text -> toPath(key, text));
    }

    /** The same for a secret: the message does not show the value. */
    public ConfigException malformed(String key, String expected) {
        var node = values.get(key);
        return new ConfigException(
                "%s:%d: '%s' must be %s."
                        .formatted(file, node == null ? line : lineOf(node), path + key, expected));
    }

    /** That the value of a key is not what it should be, with its place in the file. */
    public ConfigException wrong(String key, String expected) {
        return values.get(key) instanceof ScalarNode scalar
                ? wrong(key, scalar.getValue(), expected)
                : malformed(key, expected);
    }

    public List<String> texts(String key) {
        var node = find(key);
        if (node == null) {
            return List.of();
        }
        if (!(node instanceof SequenceNode sequence)) {
            throw new ConfigException(
                    "%s:%d: '%s' must be a list.".formatted(file, lineOf(node), path + key));
        }
        return sequence.getValue().stream().map(item -> scalar(item, path + key)).toList();
    }

    public ConfigSection section(String key) {
        return optionalSection(key).orElseThrow(() -> missing(key));
    }

    public Optional<ConfigSection> optionalSection(String key) {
        var node = find(key);
        if (node == null) {
            return Optional.empty();
        }
        if (!(node instanceof MappingNode mapping)) {
            throw new ConfigException(
                    "%s:%d: '%s' must hold 'key: value' lines."
                            .formatted(file, lineOf(node), path + key));
        }
        var child = new ConfigSection(file, path + key + ".", mapping);
        children.add(child);
        return Optional.of(child);
    }

    /** Keys of this section, in the file's order: for sections whose keys are names. */
    public List<String> keys() {
        return List.copyOf(values.keySet());
    }

    /** A section of free keys and scalar values, such as Kafka properties. */
    public Map<String, String> properties(String key) {
        var found = optionalSection(key);
        var result = new LinkedHashMap<String, String>();
        found.ifPresent(
                section -> section.keys().forEach(name -> result.put(name, section.text(name))));
        return result;
    }

    /**
     * Ends the reading.
     *
     * @throws ConfigException when this section or one inside it holds a key that was not asked for
     */
    public void noMoreKeys() {
        for (var entry : values.entrySet()) {
            if (!asked.contains(entry.getKey())) {
                throw new ConfigException(
                        "%s:%d: unknown key '%s'; known here: %s."
                                .formatted(
                                        file,
                                        lineOf(entry.getValue()),
                                        path + entry.getKey(),
                                        String.join(", ", asked)));
            }
        }
        children.forEach(ConfigSection::noMoreKeys);
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
            throw wrong(key, text.replace('\0', '?'), "a path");
        }
        throw wrong(key, text, "a path");
    }

    private int toNumber(String key, String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw wrong(key, text, "a whole number");
        }
    }

    private Duration toDuration(String key, String text) {
        var match = DURATION.matcher(text);
        if (!match.matches()) {
            throw wrong(key, text, "a duration such as 250ms, 30s, 15m or 24h");
        }
        var amount = Long.parseLong(match.group(1));
        return switch (match.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }

    private String scalar(Node node, String key) {
        if (node instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        throw new ConfigException(
                "%s:%d: '%s' must be a single value.".formatted(file, lineOf(node), key));
    }

    private ConfigException missing(String key) {
        return new ConfigException(
                "%s:%d: the key '%s' is missing.".formatted(file, line, path + key));
    }

    private ConfigException wrong(String key, String text, String expected) {
        var node = values.get(key);
        return new ConfigException(
                "%s:%d: '%s' (%s) must be %s."
                        .formatted(
                                file,
                                node == null ? line : lineOf(node),
                                path + key,
                                text,
                                expected));
    }

    private static int lineOf(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
    }
}
