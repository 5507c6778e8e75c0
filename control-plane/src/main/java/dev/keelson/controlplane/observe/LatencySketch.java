package dev.keelson.controlplane.observe;

import com.datadoghq.sketch.ddsketch.DDSketchProtoBinding;
import com.datadoghq.sketch.ddsketch.proto.DDSketch;
import com.datadoghq.sketch.ddsketch.store.UnboundedSizeDenseStore;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Reads the sketches of the slo stream. */
final class LatencySketch {
    private LatencySketch() {}

    /**
     * Samples above a limit, within the sketch's accuracy of 1 %; 0 of an empty sketch, null where
     * it cannot be read.
     */
    static @Nullable Double above(ByteString sketch, Duration limit) {
        if (sketch.isEmpty()) {
            return 0.0;
        }
        try {
            var read =
                    DDSketchProtoBinding.fromProto(
                            UnboundedSizeDenseStore::new, DDSketch.parseFrom(sketch));
            int last = read.getIndexMapping().index(limit.toNanos() / 1e9);
            double above = 0;
            var bins = read.getPositiveValueStore().getDescendingIterator();
            while (bins.hasNext()) {
                var bin = bins.next();
                if (bin.getIndex() <= last) {
                    break;
                }
                above += bin.getCount();
            }
            return above;
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            return null;
        }
    }
}
