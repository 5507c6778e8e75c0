package dev.keelson.simulator.engine.profile;

import dev.keelson.simulator.engine.steptime.AttentionTable;
import dev.keelson.simulator.engine.steptime.Curve;
import dev.keelson.simulator.engine.steptime.Grid;
import dev.keelson.simulator.engine.steptime.OperatorTables;
import dev.keelson.simulator.engine.steptime.SkewTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

/**
 * Operator profiles in LLMServingSim's layout: {@code HARDWARE/ORG/MODEL/VARIANT/meta.yaml} and
 * {@code tpN/*.csv}, each CSV plain or with gzip, times in microseconds.
 */
public final class ProfileFolder {
    private static final String TIME = "time_us";

    private final Path variant;

    private ProfileFolder(Path variant) {
        this.variant = variant;
    }

    /**
     * Finds the profile of a model on some hardware. The folder may be the root of all profiles,
     * one of the levels below it, or a level of the profile of another model, which is then left
     * upwards.
     */
    public static ProfileFolder find(Path folder, String hardware, String model)
            throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new MalformedInputException(
                    folder, 0, "there is no such folder", "a folder of operator profiles");
        }
        Path at = folder.toAbsolutePath().normalize();
        for (int up = 0; at != null && up <= 5; up++, at = at.getParent()) {
            for (var below : List.of(at.resolve(hardware).resolve(model), at.resolve(model))) {
                var variant = variantIn(below);
                if (variant.isPresent()) {
                    return new ProfileFolder(variant.get());
                }
            }
            if (Files.exists(at.resolve("meta.yaml"))
                    && model.equals(meta(at.resolve("meta.yaml")).get("model"))) {
                return new ProfileFolder(at);
            }
        }
        throw new MalformedInputException(
                folder,
                0,
                "there is no profile of %s on %s".formatted(model, hardware),
                "%s/%s/VARIANT/meta.yaml in it".formatted(hardware, model));
    }

    /**
     * The tables for this many tensor-parallel ranks. Those of the experts are always taken from
     * one rank, where they are measured.
     */
    public OperatorTables tables(int tensorParallel) throws IOException {
        var folder = variant.resolve("tp" + tensorParallel);
        if (!Files.isDirectory(folder)) {
            throw new MalformedInputException(
                    variant,
                    0,
                    "there is no profile for %d tensor-parallel ranks".formatted(tensorParallel),
                    "a folder tp" + tensorParallel);
        }
        var mixture = CsvTable.plainOrCompressed(variant.resolve("tp1").resolve("moe.csv"));
        return new OperatorTables(
                curves(folder.resolve("dense.csv"), "tokens"),
                curves(folder.resolve("per_sequence.csv"), "sequences"),
                attention(folder.resolve("attention.csv")),
                skew(folder.resolve("skew_fit.csv"), tensorParallel),
                Files.exists(mixture) ? Optional.of(mixture(mixture)) : Optional.empty());
    }

    private static Optional<Path> variantIn(Path model) throws IOException {
        if (!Files.isDirectory(model)) {
            return Optional.empty();
        }
        try (var entries = Files.list(model)) {
            return entries.filter(entry -> Files.exists(entry.resolve("meta.yaml")))
                    .sorted()
                    .findFirst();
        }
    }

    private static SortedMap<String, Curve> curves(Path file, String axis) throws IOException {
        var points = new TreeMap<String, TreeMap<Integer, Double>>();
        for (var row :
                CsvTable.read(CsvTable.plainOrCompressed(file), List.of("layer", axis, TIME))
                        .rows()) {
            points.computeIfAbsent(row.text("layer"), _ -> new TreeMap<>())
                    .put(row.whole(axis, 1), row.number(TIME, 0));
        }
        var curves = new TreeMap<String, Curve>();
        points.forEach((layer, values) -> curves.put(layer, Curve.through(values)));
        return curves;
    }

    private static AttentionTable attention(Path file) throws IOException {
        var columns = List.of("prefill_chunk", "kv_prefill", "n_decode", "kv_decode", TIME);
        var table = new AttentionTable.Builder();
        for (var row : CsvTable.read(CsvTable.plainOrCompressed(file), columns).rows()) {
            table.add(
                    row.whole("prefill_chunk", 0),
                    row.whole("kv_prefill", 0),
                    row.whole("n_decode", 0),
                    row.whole("kv_decode", 0),
                    row.number(TIME, 0));
        }
        return table.build();
    }

    private static Grid mixture(Path file) throws IOException {
        var points = new TreeMap<Integer, TreeMap<Integer, Double>>();
        for (var row : CsvTable.read(file, List.of("tokens", "activated_experts", TIME)).rows()) {
            points.computeIfAbsent(row.whole("activated_experts", 1), _ -> new TreeMap<>())
                    .put(row.whole("tokens", 1), row.number(TIME, 0));
        }
        return Grid.of(points);
    }

    private SkewTable skew(Path plain, int tensorParallel) throws IOException {
        var metaFile = variant.resolve("meta.yaml");
        var fit = child(meta(metaFile), "skew_fit");
        var file = CsvTable.plainOrCompressed(plain);
        if (!Boolean.TRUE.equals(fit.get("enabled")) || !Files.exists(file)) {
            return SkewTable.NONE;
        }
        var alphas = new HashMap<SkewTable.Kind, Double>();
        var columns =
                List.of("pc", "n_label", "skew_rate_label", "kv_big_label", "kp_label", "alpha");
        for (var row : CsvTable.read(file, columns).rows()) {
            var kind =
                    new SkewTable.Kind(
                            row.whole("pc", 0),
                            row.text("n_label"),
                            row.text("skew_rate_label"),
                            row.text("kv_big_label"),
                            row.text("kp_label"));
            alphas.put(kind, row.number("alpha", Double.NEGATIVE_INFINITY));
        }
        var axes = child(fit, "bucket_axes");
        double fallback =
                child(child(fit, "per_tp"), tensorParallel).get("alpha_default")
                                instanceof Number number
                        ? number.doubleValue()
                        : 0;
        return new SkewTable(
                new SkewTable.Axes(
                        axis(metaFile, axes, "n"),
                        axis(metaFile, axes, "skew_rate"),
                        axis(metaFile, axes, "kv_big"),
                        axis(metaFile, axes, "kp")),
                alphas,
                fallback);
    }

    /** The file gives edges with the lower bound of the first bucket in front. */
    private static SkewTable.Axis axis(Path file, Map<?, ?> axes, String name) {
        if (axes.get(name + "_bins") instanceof List<?> bins
                && axes.get(name + "_labels") instanceof List<?> labels
                && bins.size() == labels.size() + 1) {
            var edges = new ArrayList<Double>();
            for (var bin : bins.subList(1, bins.size())) {
                edges.add(((Number) bin).doubleValue());
            }
            return new SkewTable.Axis(edges, labels.stream().map(Object::toString).toList());
        }
        throw new MalformedInputException(
                file,
                0,
                "skew_fit.bucket_axes has no usable " + name,
                "%s_labels, and one more in %s_bins".formatted(name, name));
    }

    private static Map<?, ?> child(Map<?, ?> map, Object key) {
        return map.get(key) instanceof Map<?, ?> inner ? inner : Map.of();
    }

    private static Map<?, ?> meta(Path file) throws IOException {
        try {
            var loaded =
                    new Load(LoadSettings.builder().setLabel(file.toString()).build())
                            .loadFromString(Files.readString(file));
            if (loaded instanceof Map<?, ?> map) {
                return map;
            }
            throw new MalformedInputException(
                    file, 1, "it is not a mapping", "YAML with a mapping at the top");
        } catch (MarkedYamlEngineException e) {
            long line = e.getProblemMark().map(mark -> mark.getLine() + 1L).orElse(0L);
            throw new MalformedInputException(
                    file, line, "it is not YAML (%s)".formatted(e.getProblem()), "YAML");
        }
    }
}
