package dev.keelson.simulator.trace;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Whether there is spot capacity for a group of nodes: from a trace, or from a rate of losses. Each
 * loss is announced {@code notice} ahead.
 *
 * @param trace null where a rate is given
 * @param traceOffset of the run's start in the trace
 * @param lossesPerNodeDay exponential times to the next loss; 0 where a trace is given
 * @param meanOutage exponential as well, until there is capacity again
 */
public record SpotMarket(
        @Nullable SpotTrace trace,
        Duration traceOffset,
        double lossesPerNodeDay,
        Duration meanOutage,
        Duration notice) {
    private static final double DAY = 86_400;

    /** What happens to the group's nodes in so many seconds, in the order of time. */
    List<Incident.NodeLoss> incidents(String group, int nodes, double seconds, long seed) {
        var incidents = new ArrayList<Incident.NodeLoss>();
        for (int i = 1; i <= nodes; i++) {
            var node = group + "-" + i;
            if (trace != null) {
                traced(trace, incidents, node, i, nodes, seconds);
            } else {
                drawn(incidents, node, seconds, new SplittableRandom(seed ^ node.hashCode()));
            }
        }
        incidents.sort(
                Comparator.comparing(Incident.NodeLoss::at).thenComparing(Incident.NodeLoss::node));
        return incidents;
    }

    /** Of {@code n} nodes the first have capacity, by the share of the instances available. */
    private void traced(
            SpotTrace from,
            List<Incident.NodeLoss> incidents,
            String node,
            int number,
            int nodes,
            double seconds) {
        long first = traceOffset.toSeconds() / Math.max(1, (long) from.gapSeconds());
        long ticks = (long) Math.ceil(seconds / from.gapSeconds());
        long lost = -1;
        double upSince = 0;
        for (long t = 0; t <= ticks; t++) {
            long open = Math.round((double) from.at(first + t) * nodes / from.most());
            boolean there = number <= open;
            if (!there && lost < 0) {
                lost = t;
            }
            if (lost >= 0 && (there || t == ticks)) {
                double at = lost * from.gapSeconds();
                double until = t == ticks && !there ? 2 * seconds + DAY : t * from.gapSeconds();
                incidents.add(incident(node, upSince, at, until - at));
                upSince = until;
                lost = -1;
            }
        }
    }

    private void drawn(
            List<Incident.NodeLoss> incidents,
            String node,
            double seconds,
            SplittableRandom random) {
        double at = 0;
        double upSince = 0;
        while (lossesPerNodeDay > 0) {
            at -= StrictMath.log(1 - random.nextDouble()) * DAY / lossesPerNodeDay;
            if (at >= seconds) {
                return;
            }
            double outage = -StrictMath.log(1 - random.nextDouble()) * meanOutage.toNanos() / 1e9;
            incidents.add(incident(node, upSince, at, Math.max(1, outage)));
            at += Math.max(1, outage);
            upSince = at;
        }
    }

    /** Lost at that moment; the notice comes before it, as far as the node was up. */
    private Incident.NodeLoss incident(String node, double upSince, double lostAt, double outage) {
        double lead = Math.min(lostAt - upSince, notice.toNanos() / 1e9);
        return new Incident.NodeLoss(nanos(lostAt - lead), node, nanos(lead), nanos(outage));
    }

    private static Duration nanos(double seconds) {
        return Duration.ofNanos(Math.round(seconds * 1e9));
    }

    /** For reports. */
    public String toText() {
        return trace != null
                ? "trace, " + trace.toText()
                : "%s losses a node and day, mean outage %s min"
                        .formatted(lossesPerNodeDay, meanOutage.toSeconds() / 60.0);
    }
}
