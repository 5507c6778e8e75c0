package dev.keelson.streams.function;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Tumbling windows of one size, by start, kept until no record may change them any more. Not
 * thread-safe.
 *
 * @param <W> what a window holds
 */
final class Windows<W> {
    private final long sizeMs;
    private final Supplier<W> empty;
    private final TreeMap<Long, W> byStart = new TreeMap<>();
    private final TreeSet<Long> corrected = new TreeSet<>();

    Windows(long sizeMs, Supplier<W> empty) {
        this.sizeMs = sizeMs;
        this.empty = empty;
    }

    long sizeMs() {
        return sizeMs;
    }

    boolean isEmpty() {
        return byStart.isEmpty();
    }

    /**
     * The window of a moment, to be changed.
     *
     * @param closedThroughMs windows that end until then have had their first result
     */
    W at(long timeMs, long closedThroughMs) {
        var start = Math.floorDiv(timeMs, sizeMs) * sizeMs;
        if (start + sizeMs <= closedThroughMs) {
            corrected.add(start);
        }
        return byStart.computeIfAbsent(start, any -> empty.get());
    }

    boolean isClosed(long timeMs, long closedThroughMs) {
        return Math.floorDiv(timeMs, sizeMs) * sizeMs + sizeMs <= closedThroughMs;
    }

    /** Starts of the windows that got late records since the last call. */
    void takeCorrected(LongConsumer starts) {
        corrected.forEach(starts::accept);
        corrected.clear();
    }

    /**
     * Starts of the windows that end after one moment and until another, in order; of those without
     * content only the ones within {@code emptiesMs} of the end.
     */
    void closing(long afterMs, long throughMs, long emptiesMs, LongConsumer starts) {
        var due = new TreeSet<Long>();
        for (var start : byStart.tailMap(afterMs - sizeMs, false).keySet()) {
            if (start + sizeMs <= throughMs) {
                due.add(start);
            }
        }
        if (emptiesMs > 0) {
            var first = Math.max(afterMs, throughMs - emptiesMs);
            for (var end = (Math.floorDiv(first, sizeMs) + 1) * sizeMs;
                    end <= throughMs;
                    end += sizeMs) {
                due.add(end - sizeMs);
            }
        }
        due.forEach(starts::accept);
    }

    W orEmpty(long start) {
        var found = byStart.get(start);
        return found == null ? empty.get() : found;
    }

    void forgetEndingUntil(long timeMs) {
        byStart.headMap(timeMs - sizeMs, true).clear();
    }

    void copyTo(Windows<W> other, UnaryOperator<W> copy) {
        byStart.forEach((start, window) -> other.byStart.put(start, copy.apply(window)));
        other.corrected.addAll(corrected);
    }

    void write(DataOutput out, Writer<W> writer) throws IOException {
        out.writeInt(byStart.size());
        for (var entry : byStart.entrySet()) {
            out.writeLong(entry.getKey());
            out.writeBoolean(corrected.contains(entry.getKey()));
            writer.write(entry.getValue(), out);
        }
    }

    void read(DataInput in, Reader<W> reader) throws IOException {
        for (var left = in.readInt(); left > 0; left--) {
            var start = in.readLong();
            if (in.readBoolean()) {
                corrected.add(start);
            }
            byStart.put(start, reader.read(in));
        }
    }

    interface Writer<W> {
        void write(W window, DataOutput out) throws IOException;
    }

    interface Reader<W> {
        W read(DataInput in) throws IOException;
    }
}
