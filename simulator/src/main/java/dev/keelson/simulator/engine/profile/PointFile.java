package dev.keelson.simulator.engine.profile;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads measured end-to-end points in aiconfigurator's layout ({@code silicon_sample.csv}), times
 * in milliseconds.
 */
public final class PointFile {
    private static final List<String> COLUMNS =
            List.of(
                    "id",
                    "backend",
                    "backend_version",
                    "model_path",
                    "system",
                    "mode",
                    "isl",
                    "osl",
                    "gemm_quant_mode",
                    "moe_quant_mode",
                    "batch_size",
                    "tp_size",
                    "pp_size",
                    "attention_dp_size",
                    "moe_tp_size",
                    "moe_ep_size",
                    "silicon_ttft_ms",
                    "silicon_tpot_ms");
    private static final double LONGEST_MILLIS = 36e5;

    private PointFile() {}

    /** The points of this file, in its order. */
    public static List<MeasuredPoint> read(Path file) throws IOException {
        var points = new ArrayList<MeasuredPoint>();
        for (var row : CsvTable.read(file, COLUMNS).rows()) {
            points.add(point(row));
        }
        return List.copyOf(points);
    }

    private static MeasuredPoint point(CsvTable.Row row) {
        var mode = row.text("mode");
        if (!mode.equals("agg") && !mode.equals("disagg")) {
            throw row.bad("mode", mode, "agg or disagg");
        }
        boolean aggregated = mode.equals("agg");
        int tensor = ranks(row, "tp_size");
        int expertTensor = ranks(row, "moe_tp_size");
        int expert = ranks(row, "moe_ep_size");
        var copies = row.optional("attention_dp_size");
        int data =
                copies.isPresent()
                        ? ranks(row, "attention_dp_size")
                        : Math.max(1, expertTensor * expert / tensor);
        // The batch is that of one copy, where the file counts copies.
        int batch = aggregated ? row.whole("batch_size", 1) : 1;
        return new MeasuredPoint(
                row.text("id"),
                row.text("backend"),
                row.optional("backend_version").orElse("unknown"),
                row.text("model_path"),
                row.text("system"),
                aggregated,
                row.whole("isl", 1),
                row.whole("osl", 1),
                type(row, "gemm_quant_mode"),
                type(row, "moe_quant_mode"),
                copies.isPresent() ? batch * data : batch,
                tensor,
                ranks(row, "pp_size"),
                data,
                expertTensor,
                expert,
                millis(row, "silicon_ttft_ms"),
                millis(row, "silicon_tpot_ms"));
    }

    /** Blank and 0 stand for 1. */
    private static int ranks(CsvTable.Row row, String column) {
        return row.optional(column).isEmpty() ? 1 : Math.max(1, row.whole(column, 0));
    }

    /** Blank stands for 16 bits. */
    private static String type(CsvTable.Row row, String column) {
        return row.optional(column).orElse("bfloat16");
    }

    private static double millis(CsvTable.Row row, String column) {
        double millis = row.number(column, 0);
        if (!(millis > 0) || millis > LONGEST_MILLIS) {
            throw row.bad(column, Double.toString(millis), "milliseconds above 0, below an hour");
        }
        return millis;
    }
}
