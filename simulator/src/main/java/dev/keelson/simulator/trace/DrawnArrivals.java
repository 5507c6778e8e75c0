package dev.keelson.simulator.trace;

import dev.keelson.simulator.trace.RateFile.Interval;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Draws requests from demand over time: within an interval arrivals are uniform (a Poisson process
 * given its count), lengths are drawn together from a trace of requests. One interval at a time is
 * in memory. Mutable.
 */
final class DrawnArrivals extends LazyArrivals {
    private final Iterator<Interval> intervals;
    private final double perAmount;
    private final List<TraceRequest> lengths;
    private final SplittableRandom random;
    private double[] at = {};
    private int next;

    /**
     * @param perAmount requests for each unit of an interval's amount
     */
    DrawnArrivals(
            List<Interval> intervals, double perAmount, List<TraceRequest> lengths, long seed) {
        this.intervals = intervals.iterator();
        this.perAmount = perAmount;
        this.lengths = lengths;
        random = new SplittableRandom(seed);
    }

    @Override
    @Nullable TraceRequest compute() {
        while (next == at.length) {
            if (!intervals.hasNext()) {
                return null;
            }
            draw(intervals.next());
        }
        var like = lengths.get(random.nextInt(lengths.size()));
        return new TraceRequest(at[next++], like.promptTokens(), like.outputTokens(), like.label());
    }

    private void draw(Interval interval) {
        double expected = interval.amount() * perAmount;
        int count = (int) expected + (random.nextDouble() < expected - (int) expected ? 1 : 0);
        at = new double[count];
        next = 0;
        for (int i = 0; i < count; i++) {
            at[i] = interval.startSeconds() + random.nextDouble() * interval.seconds();
        }
        Arrays.sort(at);
    }
}
