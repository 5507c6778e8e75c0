package dev.keelson.simulator.trace;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
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
final class YamlSection {
    private static final Pattern DURATION = Pattern.compile("(\\d+(?:\\.\\d+)?)(ms|s|m|h|d)");

    private final String file;
    private final String path;
    private final int line;
    private final Map<String, Node> values = new LinkedHashMap<>();
    private final TreeSet<String> asked = new TreeSet<>();
    private final List<YamlSection> children = new ArrayList<>();

    YamlSection(String file, String path, MappingNode node) {
        this.file = file;
        this.path = path;
        this.line = lineOf(node);
        for (var tuple : node.getValue()) {
            var key = scalar(tuple.getKeyNode(), path);
            if (values.put(key, tuple.getValueNode()) != null) {
                throw new InputException(
                        "%s:%d: the key '%s' stands twice."
                                .formatted(file, lineOf(tuple.getKeyNode()), path + key));
            }
        }
    }

    String text(String key) {
        return optionalText(key).orElseThrow(() -> missing(key));
    }

    Optional<String> optionalText(String key) {
        var node = find(key);
        return node == null ? Optional.empty() : Optional.of(scalar(node, path + key));
    }

    /** A finite number from {@code least} to {@code most}. */
    double number(String key, double least, double most) {
        var text = text(key);
        try {
            double value = Double.parseDouble(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Told below, as any other text that is no such number.
        }
        throw wrong(key, text, "a number from %s to %s".formatted(plain(least), plain(most)));
    }

    int whole(String key, int least, int most) {
        var text = text(key);
        try {
            int value = Integer.parseInt(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Told below, as any other text that is no such number.
        }
        throw wrong(key, text, "a whole number from %d to %d".formatted(least, most));
    }

    int whole(String key, int least, int most, int otherwise) {
        return find(key) == null ? otherwise : whole(key, least, most);
    }

    double number(String key, double least, double most, double otherwise) {
        return find(key) == null ? otherwise : number(key, least, most);
    }

    Duration duration(String key) {
        var text = text(key);
        var match = DURATION.matcher(text);
        if (!match.matches()) {
            throw wrong(key, text, "a duration such as 50ms, 2s, 15m or 24h");
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

    Duration duration(String key, Duration otherwise) {
        return find(key) == null ? otherwise : duration(key);
    }

    YamlSection section(String key) {
        return optionalSection(key).orElseThrow(() -> missing(key));
    }

    Optional<YamlSection> optionalSection(String key) {
        var node = find(key);
        return node == null ? Optional.empty() : Optional.of(child(node, path + key));
    }

    /** A list of mappings; empty where the key is absent. */
    List<YamlSection> sections(String key) {
        var node = find(key);
        if (node == null) {
            return List.of();
        }
        if (!(node instanceof SequenceNode sequence)) {
            throw new InputException(
                    "%s:%d: '%s' must be a list.".formatted(file, lineOf(node), path + key));
        }
        var sections = new ArrayList<YamlSection>();
        for (int i = 0; i < sequence.getValue().size(); i++) {
            sections.add(child(sequence.getValue().get(i), "%s%s[%d]".formatted(path, key, i)));
        }
        return sections;
    }

    /** Keys of this section, in the file's order: for sections whose keys are names. */
    List<String> keys() {
        return List.copyOf(values.keySet());
    }

    void noMoreKeys() {
        for (var entry : values.entrySet()) {
            if (!asked.contains(entry.getKey())) {
                throw new InputException(
                        "%s:%d: unknown key '%s'; known here: %s."
                                .formatted(
                                        file,
                                        lineOf(entry.getValue()),
                                        path + entry.getKey(),
                                        String.join(", ", asked)));
            }
        }
        children.forEach(YamlSection::noMoreKeys);
    }

    InputException wrong(String key, String text, String expected) {
        var node = values.get(key);
        return new InputException(
                "%s:%d: '%s' (%s) must be %s."
                        .formatted(
                                file,
                                node == null ? line : lineOf(node),
                                path + key,
                                text,
                                expected));
    }

    private InputException missing(String key) {
        return new InputException(
                "%s:%d: the key '%s' is missing.".formatted(file, line, path + key));
    }

    private YamlSection child(Node node, String name) {
        if (!(node instanceof MappingNode mapping)) {
            throw new InputException(
                    "%s:%d: '%s' must hold 'key: value' lines."
                            .formatted(file, lineOf(node), name));
        }
        var child = new YamlSection(file, name + ".", mapping);
        children.add(child);
        return child;
    }

    private @Nullable Node find(String key) {
        asked.add(key);
        return values.get(key);
    }

    private String scalar(Node node, String key) {
        if (node instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        throw new InputException(
                "%s:%d: '%s' must be a single value.".formatted(file, lineOf(node), key));
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
