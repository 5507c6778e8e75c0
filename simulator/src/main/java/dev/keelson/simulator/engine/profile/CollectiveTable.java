package dev.keelson.simulator.engine.profile;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads aiconfigurator's all-reduce measurements: {@code
 * kernel_source,num_gpus,message_size,latency,...}, bytes and milliseconds.
 */
public final class CollectiveTable {
    private static final double LONGEST_MILLIS = 1_000;

    private CollectiveTable() {}

    /**
     * Latency of one hop in microseconds: that of the smallest message between this many
     * accelerators in a captured graph, over its 2 (n - 1) hops.
     */
    public static double reduceHopMicros(Path file, int accelerators) throws IOException {
        int smallest = Integer.MAX_VALUE;
        double millis = Double.NaN;
        for (var row :
                CsvTable.read(file, List.of("kernel_source", "num_gpus", "message_size", "latency"))
                        .rows()) {
            double latency = row.number("latency", 0);
            if (latency > LONGEST_MILLIS) {
                throw row.bad("latency", Double.toString(latency), "milliseconds below 1000");
            }
            int bytes = row.whole("message_size", 1);
            if (row.whole("num_gpus", 1) == accelerators
                    && row.text("kernel_source").endsWith("_graph")
                    && bytes < smallest) {
                smallest = bytes;
                millis = latency;
            }
        }
        if (Double.isNaN(millis)) {
            throw new MalformedInputException(
                    file,
                    0,
                    "no all-reduce in a graph between %d accelerators".formatted(accelerators),
                    "a row with num_gpus %d and a kernel_source that ends in _graph"
                            .formatted(accelerators));
        }
        return millis * 1e3 / (2 * (accelerators - 1));
    }
}
