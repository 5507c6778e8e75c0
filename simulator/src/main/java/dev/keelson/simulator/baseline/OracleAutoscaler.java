package dev.keelson.simulator.baseline;

import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/** Plays a plan made with knowledge of the demand: each count is ordered a cold start ahead. */
final class OracleAutoscaler implements Autoscaler {
    private final int[] counts;
    private final double intervalSeconds;
    private final double leadSeconds;
    private final SortedMap<String, String> parameters = new TreeMap<>();

    OracleAutoscaler(
            int[] counts,
            double intervalSeconds,
            double leadSeconds,
            SortedMap<String, String> made) {
        this.counts = counts.clone();
        this.intervalSeconds = intervalSeconds;
        this.leadSeconds = leadSeconds;
        parameters.putAll(made);
        parameters.put("interval", Parameters.number(intervalSeconds) + "s");
        parameters.put("lead", Parameters.number(leadSeconds) + "s");
    }

    @Override
    public SortedMap<String, String> parameters() {
        return new TreeMap<>(parameters);
    }

    @Override
    public OptionalInt initial() {
        return OptionalInt.of(needed(0));
    }

    @Override
    public OptionalInt step(FleetSample s) {
        return OptionalInt.of(needed(s.seconds()));
    }

    /** The most that is wanted from now until something started now would be READY. */
    private int needed(double now) {
        int from = (int) (now / intervalSeconds);
        int to = (int) ((now + leadSeconds) / intervalSeconds);
        int most = 0;
        for (int i = from; i <= to; i++) {
            most = Math.max(most, counts[Math.min(i, counts.length - 1)]);
        }
        return most;
    }
}
