package dev.keelson.simulator.engine.profile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * Measured times of the four matrix products of a decoder layer, from Vidur's {@code mlp.csv}.
 *
 * @param tensor tensor-parallel ranks
 * @param hidden width of the residual stream
 * @param feedForward width of the feed-forward layer
 * @param heads query heads
 * @param kvHeads key-value heads
 * @param gated whether the feed-forward layer has a gate
 * @param rows measurements in the order of the file
 */
public record GemmTable(
        String device,
        String model,
        int tensor,
        int hidden,
        int feedForward,
        int heads,
        int kvHeads,
        boolean gated,
        List<Row> rows) {
    private static final List<String> PRODUCTS =
            List.of("attn_pre_proj", "attn_post_proj", "mlp_up_proj", "mlp_down_proj");
    private static final double LONGEST_MILLIS = 10_000;

    public GemmTable {
        rows = List.copyOf(rows);
    }

    /** The sum of the medians of the four products, in microseconds. */
    public record Row(int tokens, double micros) {}

    /**
     * All tables below {@code DEVICE/ORG/MODEL/mlp.csv}, one for each number of ranks, ordered by
     * device, model and ranks.
     */
    public static List<GemmTable> readAll(Path root) throws IOException {
        if (!Files.isDirectory(root)) {
            throw new MalformedInputException(
                    root, 0, "there is no such folder", "DEVICE/ORG/MODEL/mlp.csv in it");
        }
        var tables = new ArrayList<GemmTable>();
        try (var files = Files.walk(root)) {
            for (var file : files.filter(GemmTable::isTable).sorted().toList()) {
                tables.addAll(read(root, file));
            }
        }
        if (tables.isEmpty()) {
            throw new MalformedInputException(
                    root, 0, "there is no mlp.csv", "DEVICE/ORG/MODEL/mlp.csv in it");
        }
        return List.copyOf(tables);
    }

    private static boolean isTable(Path file) {
        var name = file.getFileName().toString();
        return name.equals("mlp.csv") || name.equals("mlp.csv.gz");
    }

    private static List<GemmTable> read(Path root, Path file) throws IOException {
        var columns =
                new ArrayList<>(
                        List.of(
                                "num_tokens",
                                "num_tensor_parallel_workers",
                                "n_embd",
                                "n_expanded_embd",
                                "n_head",
                                "n_kv_head",
                                "use_gated_mlp"));
        PRODUCTS.forEach(product -> columns.add(median(product)));
        var rows = new TreeMap<Integer, List<Row>>();
        var shapes = new TreeMap<Integer, CsvTable.Row>();
        for (var row : CsvTable.read(file, columns).rows()) {
            double millis = 0;
            for (var product : PRODUCTS) {
                millis += row.number(median(product), 0);
            }
            if (!(millis > 0) || millis > LONGEST_MILLIS) {
                throw row.bad(
                        "the sum of the products", Double.toString(millis), "milliseconds above 0");
            }
            int tensor = row.whole("num_tensor_parallel_workers", 1);
            shapes.putIfAbsent(tensor, row);
            rows.computeIfAbsent(tensor, _ -> new ArrayList<>())
                    .add(new Row(row.whole("num_tokens", 1), millis * 1e3));
        }
        var place = root.relativize(file);
        var tables = new ArrayList<GemmTable>();
        shapes.forEach((tensor, shape) ->
                tables.add(
                        new GemmTable(
                                place.getName(0).toString(),
                                place.getName(Math.max(0, place.getNameCount() - 2)).toString(),
                                tensor,
                                shape.whole("n_embd", 1),
                                shape.whole("n_expanded_embd", 1),
                                shape.whole("n_head", 1),
                                shape.whole("n_kv_head", 1),
                                Boolean.parseBoolean(shape.text("use_gated_mlp")),
                                rows.getOrDefault(tensor, List.of()))));
        return tables;
    }

    private static String median(String product) {
        return "time_stats." + product + ".median";
    }
}
