package dev.keelson.simulator.route;

import java.util.List;
import java.util.Map;

/**
 * One policy's row of the table.
 *
 * @param parameters all of the policy's, in a fixed order
 * @param sweep every setting that was tried, when this row is the best of several; else empty
 */
public record RouteRow(
        String policy, Map<String, Double> parameters, RouteResult result, List<RouteRow> sweep) {
    public RouteRow {
        sweep = List.copyOf(sweep);
    }
}
