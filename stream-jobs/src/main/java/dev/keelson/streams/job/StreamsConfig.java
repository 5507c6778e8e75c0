package dev.keelson.streams.job;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Configuration of the stream process. Read here, not with the other processes' reader: this module
 * also runs on a cluster's Java 17.
 *
 * @param data folder of checkpoints and temporary files
 * @param httpHost where {@code /healthz} and {@code /metrics} are served
 * @param httpPort their port
 */
record StreamsConfig(Path data, String httpHost, int httpPort, JobSettings jobs) {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

    /**
     * @throws IllegalArgumentException naming file, line and key
     */
    static StreamsConfig read(Path file) {
        try {
            return parse(file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw new IllegalArgumentException("%s:1: cannot be read (%s).".formatted(file, e), e);
        }
    }

    /**
     * @throws IllegalArgumentException naming file, line and key
     */
    static StreamsConfig parse(String name, String text) {
        Node root;
        try {
            var settings =
                    LoadSettings.builder().setLabel(name).setMaxAliasesForCollections(0).build();
            root = new Compose(settings).composeString(text).orElse(null);
        } catch (MarkedYamlEngineException e) {
            var line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1);
            throw new IllegalArgumentException(
                    "%s:%d: no YAML: %s.".formatted(name, line, e.getProblem()), e);
        } catch (YamlEngineException e) {
            throw new IllegalArgumentException(name + ":1: no YAML.", e);
        }
        if (!(root instanceof MappingNode mapping)) {
            throw new IllegalArgumentException(name + ":1: expected 'key: value' lines.");
        }
        return new Reader(name).config(mapping);
    }

    private record Reader(String name) {
        private StreamsConfig config(MappingNode root) {
            var top =
                    mapping(
                            root,
                            Set.of("data", "http", "kafka"),
                            Set.of("jobs", "lateness", "plainStorage"));
            var http = mapping(top.get("http"), Set.of("host", "port"), Set.of());
            var kafka = mapping(top.get("kafka"), Set.of("bootstrap"), Set.of("properties"));
            Map<String, String> properties = new TreeMap<>();
            if (kafka.containsKey("properties")) {
                mapping(kafka.get("properties"), Set.of(), null)
                        .forEach((key, value) -> properties.put(key, text(value)));
            }
            if (top.containsKey("plainStorage") && flag(top.get("plainStorage"))) {
                properties.put("compression.type", "none");
            }
            var jobs = top.containsKey("jobs") ? texts(top.get("jobs")) : JobSettings.ALL_JOBS;
            if (jobs.isEmpty() || !JobSettings.ALL_JOBS.containsAll(jobs)) {
                throw wrong(top.get("jobs"), "jobs must be of demand and slo");
            }
            var lateness =
                    top.containsKey("lateness")
                            ? duration(top.get("lateness"))
                            : Duration.ofMinutes(15);
            return new StreamsConfig(
                    Path.of(text(top.get("data"))),
                    text(http.get("host")),
                    port(http.get("port")),
                    new JobSettings(text(kafka.get("bootstrap")), properties, jobs, lateness));
        }

        /** Null for {@code optional} allows any key. */
        private Map<String, Node> mapping(
                @Nullable Node node, Set<String> needed, @Nullable Set<String> optional) {
            if (!(node instanceof MappingNode mapping)) {
                throw wrong(node, "expected 'key: value' lines");
            }
            Map<String, Node> result = new LinkedHashMap<>();
            for (var tuple : mapping.getValue()) {
                var key = text(tuple.getKeyNode());
                if (optional != null && !needed.contains(key) && !optional.contains(key)) {
                    var known = new TreeSet<>(needed);
                    known.addAll(optional);
                    throw wrong(
                            tuple.getKeyNode(),
                            "unknown key '%s'. Known here: %s"
                                    .formatted(key, String.join(", ", known)));
                }
                if (result.put(key, tuple.getValueNode()) != null) {
                    throw wrong(tuple.getKeyNode(), "the key '%s' stands twice".formatted(key));
                }
            }
            for (var key : needed) {
                if (!result.containsKey(key)) {
                    throw wrong(node, "the key '%s' is missing".formatted(key));
                }
            }
            return result;
        }

        private String text(@Nullable Node node) {
            if (node instanceof ScalarNode scalar) {
                return scalar.getValue();
            }
            throw wrong(node, "expected a single value");
        }

        private Set<String> texts(@Nullable Node node) {
            if (!(node instanceof SequenceNode sequence)) {
                throw wrong(node, "expected a list");
            }
            Set<String> result = new TreeSet<>();
            sequence.getValue().forEach(item -> result.add(text(item)));
            return result;
        }

        private boolean flag(@Nullable Node node) {
            return switch (text(node)) {
                case "true" -> true;
                case "false" -> false;
                default -> throw wrong(node, "expected true or false");
            };
        }

        private int port(@Nullable Node node) {
            if (text(node).matches("\\d{1,5}") && Integer.parseInt(text(node)) <= 65_535) {
                return Integer.parseInt(text(node));
            }
            throw wrong(node, "expected a port from 0 to 65535");
        }

        private Duration duration(@Nullable Node node) {
            var match = DURATION.matcher(text(node));
            if (!match.matches()) {
                throw wrong(node, "expected a duration such as 15m");
            }
            var amount = Long.parseLong(match.group(1));
            return switch (match.group(2)) {
                case "ms" -> Duration.ofMillis(amount);
                case "s" -> Duration.ofSeconds(amount);
                case "m" -> Duration.ofMinutes(amount);
                default -> Duration.ofHours(amount);
            };
        }

        private IllegalArgumentException wrong(@Nullable Node node, String what) {
            var line =
                    node == null
                            ? 1
                            : node.getStartMark().map(mark -> mark.getLine() + 1).orElse(1);
            return new IllegalArgumentException("%s:%d: %s.".formatted(name, line, what));
        }
    }
}
