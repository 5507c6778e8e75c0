package dev.keelson.simulator.trace;

import java.nio.file.Path;
import java.util.List;

/**
 * Demand of the days before those that are played: what a forecaster may have learned beforehand.
 *
 * @param rates requests (or tokens) per second, one value a slot, whole days from day 0; empty
 *     where the file has none before the trace
 */
public record DemandHistory(List<Double> rates, int slotsPerDay) {
    public static final DemandHistory NONE = new DemandHistory(List.of(), 1);

    private static final double DAY_SECONDS = 86_400;

    public DemandHistory {
        rates = List.copyOf(rates);
    }

    /**
     * @throws InputException with file, line and what was expected
     */
    public static DemandHistory before(Path file, TraceChoice choice) {
        if (choice.fromDay() == 0 || !TraceFile.isDemand(file)) {
            return NONE;
        }
        var earlier =
                new TraceChoice(
                        1, 1, choice.series(), 0, choice.fromDay() - 1, null, choice.seed());
        var intervals =
                TextTable.read(file, RateFile.HEADERS, table -> RateFile.of(table, earlier))
                        .intervals();
        double seconds = intervals.getFirst().seconds();
        return new DemandHistory(
                intervals.stream().map(i -> i.amount() / i.seconds()).toList(),
                (int) Math.round(DAY_SECONDS / seconds));
    }
}
