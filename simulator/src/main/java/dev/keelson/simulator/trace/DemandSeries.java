package dev.keelson.simulator.trace;

import java.nio.file.Path;
import java.util.List;

/**
 * Demand of one kind at equal steps: a file of {@code timestamp,value}. A line is a step; where the
 * source left one out, the steps close up.
 *
 * @param values at least 0
 */
public record DemandSeries(String name, List<Double> values) {
    private static final String HEADER = "timestamp,value";

    public DemandSeries {
        values = List.copyOf(values);
    }

    /**
     * @throws InputException with file, line and what was expected
     */
    public static DemandSeries read(String name, Path file) {
        var table = TextTable.read(file, List.of(HEADER));
        var seconds = table.seconds(0);
        if (seconds.size() != table.rows().size()) {
            throw new IllegalStateException("Every row has a time.");
        }
        return new DemandSeries(
                name, table.rows().stream().map(row -> row.number(1, "value")).toList());
    }
}
