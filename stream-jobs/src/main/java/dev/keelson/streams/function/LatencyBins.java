package dev.keelson.streams.function;

import com.datadoghq.sketch.ddsketch.DDSketch;
import com.datadoghq.sketch.ddsketch.mapping.LogarithmicMapping;
import com.datadoghq.sketch.ddsketch.store.UnboundedSizeDenseStore;
import com.google.protobuf.ByteString;
import dev.keelson.protocol.v1.LatencySummary;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.TreeMap;

/**
 * The counts of a DDSketch with a relative accuracy of 1 %, in the form that is cheap to change and
 * to store. Not thread-safe. Latencies in seconds; what is no positive number below a day is left
 * out.
 */
final class LatencyBins {
    private static final double ACCURACY = 0.01;
    private static final double LEAST_SECONDS = 1e-6;
    private static final double MOST_SECONDS = 86_400;
    private static final LogarithmicMapping MAPPING = new LogarithmicMapping(ACCURACY);

    private final TreeMap<Integer, Long> counts = new TreeMap<>();

    void add(double seconds) {
        if (seconds >= 0 && seconds < MOST_SECONDS) {
            counts.merge(MAPPING.index(Math.max(seconds, LEAST_SECONDS)), 1L, Long::sum);
        }
    }

    private DDSketch sketch() {
        var result = new DDSketch(MAPPING, UnboundedSizeDenseStore::new);
        counts.forEach((index, count) -> result.accept(MAPPING.value(index), count));
        return result;
    }

    /** In the protobuf form of sketches-java; empty without a sample. */
    ByteString serialized() {
        return counts.isEmpty() ? ByteString.EMPTY : ByteString.copyFrom(sketch().serialize());
    }

    LatencySummary summary() {
        var result = LatencySummary.newBuilder();
        if (!counts.isEmpty()) {
            var sketch = sketch();
            result.setP50(sketch.getValueAtQuantile(0.5))
                    .setP95(sketch.getValueAtQuantile(0.95))
                    .setP99(sketch.getValueAtQuantile(0.99))
                    .setCount(Math.round(sketch.getCount()));
        }
        return result.build();
    }

    LatencyBins copy() {
        var result = new LatencyBins();
        result.counts.putAll(counts);
        return result;
    }

    void write(DataOutput out) throws IOException {
        out.writeInt(counts.size());
        for (var entry : counts.entrySet()) {
            out.writeInt(entry.getKey());
            out.writeLong(entry.getValue());
        }
    }

    static LatencyBins read(DataInput in) throws IOException {
        var result = new LatencyBins();
        for (var left = in.readInt(); left > 0; left--) {
            result.counts.put(in.readInt(), in.readLong());
        }
        return result;
    }
}
