package dev.keelson.simulator.route;

import java.util.Arrays;

/**
 * What routing a trace came to.
 *
 * @param hitRate share of all prompt tokens that were found in a cache
 * @param ttftSecondsMean from arrival to the end of the prefill
 * @param ttftSecondsP99 nearest rank
 */
public record RouteResult(double hitRate, double ttftSecondsMean, double ttftSecondsP99) {
    static RouteResult of(double hitRate, double[] ttftSeconds) {
        double[] sorted = ttftSeconds.clone();
        Arrays.sort(sorted);
        int rank = (int) Math.ceil(0.99 * sorted.length);
        return new RouteResult(
                hitRate, Arrays.stream(ttftSeconds).average().orElseThrow(), sorted[rank - 1]);
    }
}
