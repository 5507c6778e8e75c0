package dev.keelson.simulator.trace;

import java.nio.file.Path;
import java.util.ArrayList;
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
        var clock = new TextTable.Clock();
        var values = new ArrayList<Double>();
        for (var row : TextTable.rows(file, List.of(HEADER))) {
            clock.seconds(row, 0);
            values.add(row.number(1, "value"));
        }
        return new DemandSeries(name, values);
    }
}
