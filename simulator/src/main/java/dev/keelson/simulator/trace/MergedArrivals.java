package dev.keelson.simulator.trace;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** Several streams of arrivals as one; those of one moment in the order of the streams. Mutable. */
final class MergedArrivals extends LazyArrivals {
    private record Head(TraceRequest request, int stream) {}

    private final List<? extends LazyArrivals> streams;
    private final PriorityQueue<Head> heads =
            new PriorityQueue<>(
                    Comparator.comparingDouble((Head h) -> h.request().seconds())
                            .thenComparingInt(Head::stream));

    MergedArrivals(List<? extends LazyArrivals> streams) {
        this.streams = List.copyOf(streams);
        for (int i = 0; i < streams.size(); i++) {
            advance(i);
        }
    }

    private void advance(int stream) {
        if (streams.get(stream).hasNext()) {
            heads.add(new Head(streams.get(stream).next(), stream));
        }
    }

    @Override
    @Nullable TraceRequest compute() {
        var head = heads.poll();
        if (head == null) {
            return null;
        }
        advance(head.stream());
        return head.request();
    }
}
