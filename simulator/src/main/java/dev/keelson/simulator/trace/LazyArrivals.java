package dev.keelson.simulator.trace;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Requests that are computed as they are asked for. Mutable. */
abstract class LazyArrivals implements Iterator<TraceRequest> {
    private @Nullable TraceRequest next;
    private boolean ended;

    /** The next request in the order of arrival; null after the last. */
    abstract @Nullable TraceRequest compute();

    @Override
    public final boolean hasNext() {
        if (next == null && !ended) {
            next = compute();
            ended = next == null;
        }
        return next != null;
    }

    @Override
    public final TraceRequest next() {
        if (!hasNext() || next == null) {
            throw new NoSuchElementException("The trace is over.");
        }
        var given = next;
        next = null;
        return given;
    }
}
