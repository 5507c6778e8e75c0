package dev.keelson.simulator.engine.profile;

import dev.keelson.simulator.engine.steptime.SystemSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Reads a system of aiconfigurator: {@code gpu} and {@code misc} of its YAML file. */
public final class SystemFile {
    private final Path file;

    private SystemFile(Path file) {
        this.file = file;
    }

    /** Reads this file. */
    public static SystemSpec read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new MalformedInputException(
                    file, 0, "there is no such file", "a system of aiconfigurator (YAML)");
        }
        return new SystemFile(file).parse(Files.readString(file));
    }

    private SystemSpec parse(String text) {
        Optional<Node> root;
        try {
            root = new Compose(LoadSettings.builder().build()).composeString(text);
        } catch (MarkedYamlEngineException e) {
            long line = e.getProblemMark().map(mark -> mark.getLine() + 1L).orElse(0L);
            throw new MalformedInputException(
                    file, line, "it is not YAML (%s)".formatted(e.getProblem()), "YAML");
        }
        var top = root.orElse(null);
        if (!(top instanceof MappingNode)) {
            throw new MalformedInputException(file, 1, "it is not a mapping", "gpu and misc in it");
        }
        var name = file.getFileName().toString().replaceFirst("\\.ya?ml$", "");
        return new SystemSpec(
                name,
                number(top, List.of("gpu", "mem_bw")),
                number(top, List.of("gpu", "mem_bw_empirical_scaling_factor")),
                number(top, List.of("gpu", "mem_empirical_constant_latency")) * 1e6,
                number(top, List.of("gpu", "mem_capacity")),
                number(top, List.of("misc", "other_mem")));
    }

    private double number(Node top, List<String> path) {
        var node = top;
        for (var key : path) {
            node = child(node, key, path);
        }
        long line = line(node);
        if (node instanceof ScalarNode scalar) {
            try {
                double value = Double.parseDouble(scalar.getValue().replace("_", ""));
                if (value > 0 && Double.isFinite(value)) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // Told below, as any other value that is no such number.
            }
            throw new MalformedInputException(
                    file,
                    line,
                    "%s is \"%s\"".formatted(String.join(".", path), scalar.getValue()),
                    "a number above 0");
        }
        throw new MalformedInputException(
                file, line, String.join(".", path) + " is no single value", "a number above 0");
    }

    private Node child(Node node, String key, List<String> path) {
        if (node instanceof MappingNode mapping) {
            for (var entry : mapping.getValue()) {
                if (entry.getKeyNode() instanceof ScalarNode name && name.getValue().equals(key)) {
                    return entry.getValueNode();
                }
            }
        }
        throw new MalformedInputException(
                file, line(node), String.join(".", path) + " is missing", "a number above 0 there");
    }

    private static long line(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1L).orElse(0L);
    }
}
