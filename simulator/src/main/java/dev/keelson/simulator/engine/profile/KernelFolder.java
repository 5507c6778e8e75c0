package dev.keelson.simulator.engine.profile;

import dev.keelson.simulator.engine.steptime.KernelTables;
import dev.keelson.simulator.engine.steptime.KernelTables.Experts;
import dev.keelson.simulator.engine.steptime.KernelTables.Heads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads the kernel measurements of one system in aiconfigurator's layout: {@code gemm_perf.csv},
 * {@code context_attention_perf.csv}, {@code generation_attention_perf.csv}, and where they are
 * there {@code moe_perf.csv}, {@code custom_allreduce_perf.csv}, {@code nccl_perf.csv}; each plain
 * or with gzip, times in milliseconds.
 *
 * <p>The sizes of collectives count 16-bit numbers, not bytes, though the column is called {@code
 * message_size}: as bytes the largest all-reduce between eight A100 would use half of their links.
 */
public final class KernelFolder {
    private static final String TIME = "latency";
    private static final double LONGEST_MILLIS = 60_000;

    /** How unevenly experts are chosen: aiconfigurator's own choice for mixtures. */
    private static final String ROUTING = "power_law_1.2";

    private final Path folder;
    private final KernelTables.Builder tables = new KernelTables.Builder();

    private KernelFolder(Path folder) {
        this.folder = folder;
    }

    /** Reads the tables of this folder. */
    public static KernelTables read(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new MalformedInputException(
                    folder, 0, "there is no such folder", "a folder with gemm_perf.csv in it");
        }
        var reader = new KernelFolder(folder);
        reader.products();
        reader.prompts();
        reader.decodes();
        reader.experts();
        reader.allReduce();
        reader.collectives();
        return reader.tables.build();
    }

    private Path file(String name) {
        return CsvTable.plainOrCompressed(folder.resolve(name));
    }

    private void products() throws IOException {
        for (var row :
                CsvTable.read(file("gemm_perf.csv"), List.of("gemm_dtype", "m", "n", "k", TIME))
                        .rows()) {
            tables.product(
                    row.text("gemm_dtype"),
                    row.whole("m", 1),
                    row.whole("n", 1),
                    row.whole("k", 1),
                    micros(row));
        }
    }

    private void prompts() throws IOException {
        for (var row : attention("context_attention_perf.csv")) {
            tables.prompts(
                    heads(row),
                    row.whole("num_heads", 1),
                    row.whole("batch_size", 1),
                    row.whole("isl", 1),
                    micros(row));
        }
    }

    private void decodes() throws IOException {
        for (var row : attention("generation_attention_perf.csv")) {
            tables.decodes(
                    heads(row),
                    row.whole("num_heads", 1),
                    row.whole("batch_size", 1),
                    row.whole("isl", 1) + row.whole("step", 0),
                    micros(row));
        }
    }

    private List<CsvTable.Row> attention(String name) throws IOException {
        return CsvTable.read(
                        file(name),
                        List.of(
                                "batch_size",
                                "isl",
                                "num_heads",
                                "num_key_value_heads",
                                "head_dim",
                                "kv_cache_dtype",
                                "step",
                                TIME))
                .rows();
    }

    private static Heads heads(CsvTable.Row row) {
        return new Heads(
                row.text("kv_cache_dtype"),
                row.whole("head_dim", 1),
                row.whole("num_key_value_heads", 1));
    }

    private void experts() throws IOException {
        var file = file("moe_perf.csv");
        if (!Files.exists(file)) {
            return;
        }
        var columns =
                List.of(
                        "moe_dtype",
                        "num_tokens",
                        "hidden_size",
                        "inter_size",
                        "topk",
                        "num_experts",
                        "moe_tp_size",
                        "moe_ep_size",
                        "distribution",
                        TIME);
        for (var row : CsvTable.read(file, columns).rows()) {
            if (row.text("distribution").equals(ROUTING)) {
                tables.experts(
                        new Experts(
                                row.text("moe_dtype"),
                                row.whole("hidden_size", 1),
                                row.whole("inter_size", 1),
                                row.whole("topk", 1),
                                row.whole("num_experts", 1),
                                row.whole("moe_tp_size", 1),
                                row.whole("moe_ep_size", 1)),
                        row.whole("num_tokens", 1),
                        micros(row));
            }
        }
    }

    private void allReduce() throws IOException {
        var file = file("custom_allreduce_perf.csv");
        if (!Files.exists(file)) {
            return;
        }
        for (var row :
                CsvTable.read(file, List.of("kernel_source", "num_gpus", "message_size", TIME))
                        .rows()) {
            if (row.text("kernel_source").endsWith("_graph")) {
                tables.collective(
                        "all_reduce",
                        row.whole("num_gpus", 2),
                        row.whole("message_size", 1),
                        micros(row));
            }
        }
    }

    private void collectives() throws IOException {
        var file = file("nccl_perf.csv");
        if (!Files.exists(file)) {
            return;
        }
        for (var row :
                CsvTable.read(
                                file,
                                List.of("op_name", "nccl_dtype", "num_gpus", "message_size", TIME))
                        .rows()) {
            // vLLM's all-reduce is its own kernel, in a table of its own.
            if (row.text("nccl_dtype").equals("half")
                    && !row.text("op_name").equals("all_reduce")) {
                tables.collective(
                        row.text("op_name"),
                        row.whole("num_gpus", 2),
                        row.whole("message_size", 1),
                        micros(row));
            }
        }
    }

    private static double micros(CsvTable.Row row) {
        double millis = row.number(TIME, 0);
        if (millis > LONGEST_MILLIS) {
            throw row.bad(TIME, Double.toString(millis), "milliseconds below 60000");
        }
        return millis * 1e3;
    }
}
