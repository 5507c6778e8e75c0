package dev.keelson.manifest;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * One mapping of a manifest, read by key. What is wrong is reported to the source and read as the
 * fallback, so that one pass finds every problem; a caller builds its record only if nothing was
 * reported.
 */
final class Section {
    private final Source source;
    private final Node node;
    private final String path;
    private final Map<String, NodeTuple> entries = new LinkedHashMap<>();

    /**
     * Keys that a misspelt one was probably meant to be: that they are missing goes without saying.
     */
    private final Set<String> misspelt = new HashSet<>();

    private final boolean wellFormed;

    /**
     * @param path dotted, for messages; empty for the document itself
     * @param allowed the known keys; null where any key may stand
     */
    Section(Source source, Node node, String path, @Nullable List<String> allowed) {
        this.source = source;
        this.node = node;
        this.path = path;
        this.wellFormed = node instanceof MappingNode;
        if (node instanceof MappingNode mapping) {
            mapping.getValue().forEach(entry -> add(entry, allowed));
        } else {
            source.report(
                    node,
                    "%s must be a mapping of keys to values, not %s"
                            .formatted(name(), kindOf(node)));
        }
    }

    Node node() {
        return node;
    }

    /** Keys in the order in which they stand. */
    List<String> keys() {
        return List.copyOf(entries.keySet());
    }

    boolean has(String key) {
        return entries.containsKey(key);
    }

    /** Node of a value, to point at; of the section itself where the key is missing. */
    Node at(String key) {
        var entry = entries.get(key);
        return entry != null ? entry.getValueNode() : node;
    }

    @Nullable Section section(String key, @Nullable List<String> allowed) {
        var entry = entries.get(key);
        return entry == null
                ? null
                : new Section(source, entry.getValueNode(), child(key), allowed);
    }

    @Nullable Section requiredSection(String key, @Nullable List<String> allowed) {
        if (!has(key)) {
            reportMissing(key);
        }
        return section(key, allowed);
    }

    /** The entries of a list of 1 to so many, which may be secrets: no message shows them. */
    List<Node> requiredList(String key, int most) {
        var entry = entries.get(key);
        if (entry == null) {
            reportMissing(key);
            return List.of();
        }
        if (!(entry.getValueNode() instanceof SequenceNode list)) {
            source.reportHidden(entry.getValueNode(), "%s must be a list".formatted(child(key)));
            return List.of();
        }
        int count = list.getValue().size();
        if (count == 0 || count > most) {
            source.report(
                    list,
                    "%s must have 1 to %d entries, not %d".formatted(child(key), most, count));
        }
        return list.getValue();
    }

    String requiredText(String key) {
        if (!has(key)) {
            reportMissing(key);
        }
        return text(key, "");
    }

    String text(String key, String fallback) {
        var entry = entries.get(key);
        if (entry == null) {
            return fallback;
        }
        if (!(entry.getValueNode() instanceof ScalarNode scalar)
                || !scalar.getTag().equals(Tag.STR)) {
            reportType(key, entry.getValueNode(), "text");
            return fallback;
        }
        if (scalar.getValue().isBlank()) {
            source.report(scalar, "%s must not be empty".formatted(child(key)));
            return fallback;
        }
        return scalar.getValue();
    }

    int requiredInteger(String key, int least, int most) {
        if (!has(key)) {
            reportMissing(key);
        }
        return integer(key, least, least, most);
    }

    int integer(String key, int fallback, int least, int most) {
        var entry = entries.get(key);
        if (entry == null) {
            return fallback;
        }
        if (!(entry.getValueNode() instanceof ScalarNode scalar)
                || !scalar.getTag().equals(Tag.INT)) {
            reportType(key, entry.getValueNode(), "a whole number");
            return fallback;
        }
        try {
            int value = Integer.parseInt(scalar.getValue());
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException tooLong) {
            // Falls through: a number of that many digits is out of every range.
        }
        source.report(
                scalar,
                "%s (%s) must be from %d to %d"
                        .formatted(child(key), scalar.getValue(), least, most));
        return fallback;
    }

    /** A share in [0, 1], or in (0, 1] where zero makes no sense. */
    double share(String key, double fallback, boolean zeroAllowed) {
        var scalar = numeric(key);
        if (scalar == null) {
            return fallback;
        }
        double value = number(scalar.getValue());
        if (value <= 1 && (zeroAllowed ? value >= 0 : value > 0)) {
            return value;
        }
        String hint =
                value > 1 && value <= 100 ? "; maybe %s was meant".formatted(value / 100) : "";
        source.report(
                scalar,
                "%s (%s) must be in %s, 1]%s"
                        .formatted(child(key), scalar.getValue(), zeroAllowed ? "[0" : "(0", hint));
        return fallback;
    }

    /** The number at this key; null if there is none, which is reported if it is something else. */
    private @Nullable ScalarNode numeric(String key) {
        var entry = entries.get(key);
        if (entry == null) {
            return null;
        }
        if (entry.getValueNode() instanceof ScalarNode scalar
                && (scalar.getTag().equals(Tag.FLOAT) || scalar.getTag().equals(Tag.INT))) {
            return scalar;
        }
        reportType(key, entry.getValueNode(), "a number");
        return null;
    }

    double requiredRatio(String key, double least, double most) {
        if (!has(key)) {
            reportMissing(key);
        }
        return ratio(key, least, least, most);
    }

    /** A ratio within bounds. */
    double ratio(String key, double fallback, double least, double most) {
        var scalar = numeric(key);
        if (scalar == null) {
            return fallback;
        }
        double value = number(scalar.getValue());
        if (value >= least && value <= most) {
            return value;
        }
        source.report(
                scalar,
                "%s (%s) must be from %s to %s"
                        .formatted(child(key), scalar.getValue(), least, most));
        return fallback;
    }

    Duration requiredDuration(String key, Duration least, Duration most) {
        if (!has(key)) {
            reportMissing(key);
        }
        return duration(key, least, least, most);
    }

    Duration duration(String key, Duration fallback, Duration least, Duration most) {
        var entry = entries.get(key);
        if (entry == null) {
            return fallback;
        }
        var value =
                entry.getValueNode() instanceof ScalarNode scalar
                        ? DurationText.parse(scalar.getValue())
                        : null;
        if (value == null) {
            reportType(
                    key,
                    entry.getValueNode(),
                    "a duration with its unit, such as 250ms, 30s, 15m or 24h");
            return fallback;
        }
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            source.report(
                    entry.getValueNode(),
                    "%s (%s) must be from %s to %s"
                            .formatted(
                                    child(key),
                                    DurationText.format(value),
                                    DurationText.format(least),
                                    DurationText.format(most)));
            return fallback;
        }
        return value;
    }

    <E extends Enum<E>> @Nullable E choice(String key, Class<E> type) {
        var entry = entries.get(key);
        if (entry == null) {
            return null;
        }
        String word = entry.getValueNode() instanceof ScalarNode scalar ? scalar.getValue() : "";
        for (E value : type.getEnumConstants()) {
            if (value.name().equals(word.toUpperCase(Locale.ROOT))) {
                return value;
            }
        }
        var allowed = Arrays.stream(type.getEnumConstants()).map(Enum::name).toList();
        source.reportUnknown(
                entry.getValueNode(),
                "%s must be one of its words, not".formatted(child(key)),
                word,
                allowed);
        return null;
    }

    /** All entries as texts: numbers and truth values stay as they are written. */
    SortedMap<String, String> texts() {
        var texts = new TreeMap<String, String>();
        entries.forEach((key, entry) -> {
            if (entry.getValueNode() instanceof ScalarNode scalar
                    && !scalar.getTag().equals(Tag.NULL)) {
                texts.put(key, scalar.getValue());
            } else {
                reportType(key, entry.getValueNode(), "text or a number");
            }
        });
        return texts;
    }

    String child(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private void add(NodeTuple entry, @Nullable List<String> allowed) {
        if (!(entry.getKeyNode() instanceof ScalarNode key)) {
            source.report(entry.getKeyNode(), "a key of %s must be text".formatted(name()));
            return;
        }
        String word = key.getValue();
        if (allowed != null && !allowed.contains(word)) {
            source.reportUnknown(
                    key, "unknown key" + (path.isEmpty() ? "" : " in " + path), word, allowed);
            Nearest.of(word, allowed).ifPresent(misspelt::add);
        } else if (entries.putIfAbsent(word, entry) != null) {
            source.report(key, "the key '%s' stands twice in %s".formatted(word, name()));
        }
    }

    private void reportMissing(String key) {
        if (wellFormed && !misspelt.contains(key)) {
            source.report(node, "%s needs the key '%s'".formatted(name(), key));
        }
    }

    private void reportType(String key, Node value, String wanted) {
        source.report(value, "%s must be %s, not %s".formatted(child(key), wanted, kindOf(value)));
    }

    private String name() {
        return path.isEmpty() ? "the manifest" : path;
    }

    private static double number(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException notDecimal) {
            return Double.NaN; // .nan and .inf of YAML: out of every range
        }
    }

    private static String kindOf(Node node) {
        return switch (node.getNodeType()) {
            case MAPPING -> "a mapping";
            case SEQUENCE -> "a list";
            case SCALAR -> scalarKind((ScalarNode) node);
            case ANCHOR -> "an anchor";
        };
    }

    private static String scalarKind(ScalarNode scalar) {
        if (scalar.getTag().equals(Tag.NULL)) {
            return "nothing";
        }
        String type = scalar.getTag().equals(Tag.STR) ? "the text" : "the value";
        return "%s '%s'".formatted(type, scalar.getValue());
    }
}
