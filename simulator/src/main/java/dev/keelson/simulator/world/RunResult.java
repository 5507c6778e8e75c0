package dev.keelson.simulator.world;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One policy on one trace.
 *
 * @param met requests served within the SLO; those refused or failed are misses
 * @param gpuHours from the decision to start a replica to its end, within the trace's time
 * @param spotGpuHours the part of them on spot nodes
 * @param ttftSecondsP99 of served requests; NaN where none was
 * @param actions changes of the wanted replica count
 * @param directionChanges actions whose direction was the opposite of the one before
 * @param replicasLost that were live on a node that went away
 * @param tenants by name; empty where the trace names none
 * @param prefixHitShare of the tokens of served prompts, those found in a prefix cache; null where
 *     the trace has no hashes or the engines no cache
 * @param adapterHitShare of the served requests with an adapter, those that found it loaded; null
 *     where there are none or the engines have no slots
 */
public record RunResult(
        String policy,
        SortedMap<String, String> parameters,
        long requests,
        long met,
        long refused,
        long failed,
        double gpuHours,
        double spotGpuHours,
        double cost,
        double ttftSecondsP50,
        double ttftSecondsP99,
        double tpotSecondsP50,
        double tpotSecondsP99,
        int actions,
        int directionChanges,
        int replicasLost,
        List<Point> course,
        SortedMap<String, Tenant> tenants,
        @Nullable Double prefixHitShare,
        @Nullable Double adapterHitShare) {
    public RunResult {
        parameters = Collections.unmodifiableSortedMap(new TreeMap<>(parameters));
        course = List.copyOf(course);
        tenants = Collections.unmodifiableSortedMap(new TreeMap<>(tenants));
    }

    /** Share of requests served within the SLO. */
    public double sloAttainment() {
        return requests == 0 ? 1 : met / (double) requests;
    }

    /**
     * One interval of the course.
     *
     * @param seconds its start
     * @param arrivalsPerSecond mean over it
     * @param ready mean READY replicas
     * @param live mean replicas paid for
     * @param attainment share of its arrivals served within the SLO
     * @param cost since the start, to its end
     */
    public record Point(
            double seconds,
            double arrivalsPerSecond,
            double ready,
            double live,
            double attainment,
            double cost) {}

    /**
     * One tenant's requests.
     *
     * @param met served within the SLO
     * @param ttftSecondsP99 of served requests; NaN where none was
     */
    public record Tenant(
            long requests, long met, long refused, long failed, double ttftSecondsP99) {
        /** Share of requests served within the SLO. */
        public double sloAttainment() {
            return requests == 0 ? 1 : met / (double) requests;
        }
    }
}
