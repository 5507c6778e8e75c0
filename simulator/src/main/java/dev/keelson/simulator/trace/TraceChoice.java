package dev.keelson.simulator.trace;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What to take of a trace file.
 *
 * @param scale each request is offered so many times; demand is multiplied by it
 * @param repeat the trace is played so many times in a row
 * @param series column or model of a demand file; null takes its first
 * @param fromDay first day of a demand file, from 0
 * @param toDay last day of a demand file, inclusive
 * @param burstiness coefficient of variation of the gaps between the arrivals of a demand file,
 *     Gamma; null draws their number and spreads it evenly (Poisson)
 * @param lengths trace of requests whose lengths a demand file's requests get
 */
public record TraceChoice(
        double scale,
        int repeat,
        @Nullable String series,
        int fromDay,
        int toDay,
        @Nullable Path lengths,
        @Nullable Double burstiness,
        long seed) {
    /** Demand without bursts of its own. */
    public TraceChoice(
            double scale,
            int repeat,
            @Nullable String series,
            int fromDay,
            int toDay,
            @Nullable Path lengths,
            long seed) {
        this(scale, repeat, series, fromDay, toDay, lengths, null, seed);
    }

    public static TraceChoice whole(long seed) {
        return new TraceChoice(1, 1, null, 0, Integer.MAX_VALUE, null, seed);
    }

    public TraceChoice {
        if (!(scale > 0) || repeat < 1 || fromDay < 0 || toDay < fromDay) {
            throw new IllegalArgumentException(
                    "Scale (%s) must be above 0, repeat (%d) at least 1 and days (%d-%d) in order."
                            .formatted(scale, repeat, fromDay, toDay));
        }
        if (burstiness != null && !(burstiness >= 0.05 && burstiness <= 100)) {
            throw new IllegalArgumentException(
                    "The burstiness (%s) must be from 0.05 to 100.".formatted(burstiness));
        }
    }
}
