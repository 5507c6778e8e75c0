package dev.keelson.simulator.trace;

import java.util.Comparator;
import java.util.Iterator;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A trace played several times in a row, each request offered {@code scale} times; copies lie
 * within seconds of the original. Only what those seconds hold is in memory. Mutable.
 */
final class CopiedArrivals extends LazyArrivals {
    /** Copies of one request are moved apart by up to so much. */
    private static final double SPREAD_SECONDS = 30;

    private record Copy(TraceRequest request, long order) {}

    private final Trace trace;
    private final double scale;
    private final int rounds;
    private final double length;
    private final SplittableRandom random;
    private final PriorityQueue<Copy> waiting =
            new PriorityQueue<>(
                    Comparator.comparingDouble((Copy c) -> c.request().seconds())
                            .thenComparingLong(Copy::order));
    private Iterator<TraceRequest> originals;
    private int round;
    private long copied;
    private double reached;

    CopiedArrivals(Trace trace, TraceChoice choice) {
        this.trace = trace;
        scale = choice.scale();
        rounds = choice.repeat();
        length = lengthOf(trace);
        random = new SplittableRandom(choice.seed());
        originals = trace.iterator();
    }

    static double lengthOf(Trace trace) {
        return Math.max(1, trace.seconds());
    }

    @Override
    @Nullable TraceRequest compute() {
        while (true) {
            var first = waiting.peek();
            // No original that is still to come has a copy before this moment.
            if (first != null && first.request().seconds() <= reached - SPREAD_SECONDS) {
                return waiting.remove().request();
            }
            if (originals.hasNext()) {
                copy(originals.next());
            } else if (++round < rounds) {
                originals = trace.iterator();
            } else {
                reached = Double.POSITIVE_INFINITY;
                if (first == null) {
                    return null;
                }
            }
        }
    }

    private void copy(TraceRequest r) {
        reached = round * length + r.seconds();
        int copies = (int) scale + (random.nextDouble() < scale - (int) scale ? 1 : 0);
        for (int k = 0; k < copies; k++) {
            double moved = k == 0 ? 0 : (random.nextDouble() - 0.5) * 2 * SPREAD_SECONDS;
            double at = Math.min(length, Math.max(0, r.seconds() + moved));
            var copy = r.at(round * length + at);
            // Each copy is a conversation of its own, or the second would find all of the first.
            boolean another = !r.prefixHashes().isEmpty() && round + k > 0;
            long who = (long) round * (int) Math.ceil(scale) + k;
            waiting.add(new Copy(another ? copy.ofAnother(who) : copy, copied++));
        }
    }
}
