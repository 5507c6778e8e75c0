package dev.keelson.streams.function;

import dev.keelson.protocol.v1.ClassArrivals;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * Arrivals of one window by tenant and length of the prompt. Of no more classes than 64 is anything
 * kept, whoever asks; what comes beyond counts in the window alone. Not thread-safe.
 */
final class ClassCounts {
    private static final int MOST_KEPT = 64;

    /** What a record of a window holds at most: see records.proto. */
    private static final int MOST_TOLD = 16;

    private final TreeMap<Key, Long> arrivals = new TreeMap<>();

    private record Key(String tenant, long promptBelow) implements Comparable<Key> {
        private static final Comparator<Key> ORDER =
                Comparator.comparing(Key::tenant).thenComparingLong(Key::promptBelow);

        @Override
        public int compareTo(Key other) {
            return ORDER.compare(this, other);
        }
    }

    /**
     * @param promptTokens not negative
     */
    void add(String tenant, long promptTokens) {
        var key = new Key(tenant, below(promptTokens));
        if (arrivals.size() < MOST_KEPT || arrivals.containsKey(key)) {
            arrivals.merge(key, 1L, Long::sum);
        }
    }

    /** The least power of 4, from 4 on, above a length: lengths within a factor are alike. */
    private static long below(long tokens) {
        var bound = 4L;
        while (bound <= tokens) {
            bound *= 4;
        }
        return bound;
    }

    /** The most frequent, most first; the class's order breaks ties. */
    List<ClassArrivals> most() {
        return arrivals.entrySet().stream()
                .sorted((a, b) -> Long.compare(b.getValue(), a.getValue()))
                .limit(MOST_TOLD)
                .map(entry ->
                        ClassArrivals.newBuilder()
                                .setTenant(entry.getKey().tenant())
                                .setPromptBelow(entry.getKey().promptBelow())
                                .setArrivals(entry.getValue())
                                .build())
                .toList();
    }

    ClassCounts copy() {
        var result = new ClassCounts();
        result.arrivals.putAll(arrivals);
        return result;
    }

    void write(DataOutput out) throws IOException {
        out.writeInt(arrivals.size());
        for (var entry : arrivals.entrySet()) {
            out.writeUTF(entry.getKey().tenant());
            out.writeLong(entry.getKey().promptBelow());
            out.writeLong(entry.getValue());
        }
    }

    static ClassCounts read(DataInput in) throws IOException {
        var result = new ClassCounts();
        for (var left = in.readInt(); left > 0; left--) {
            result.arrivals.put(new Key(in.readUTF(), in.readLong()), in.readLong());
        }
        return result;
    }
}
