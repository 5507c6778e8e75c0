package dev.keelson.exchange.kafka;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.keelson.protocol.v1.RequestRecord;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Running totals and open arrivals of a request log. Not thread-safe. Each segment begins with
 * them, so they outlive the segments that they were counted from.
 */
final class RequestLogTotals {
    private static final int VERSION = 1;

    private final Map<String, Open> open = new LinkedHashMap<>();
    private long arrivals;
    private long completions;
    private long sequence;

    void arrived(Open arrival) {
        open.put(arrival.requestId(), arrival);
        arrivals++;
        sequence++;
    }

    void completed(String requestId) {
        open.remove(requestId);
        completions++;
        sequence++;
    }

    /** Takes an entry of the log into account again. */
    void replay(SpoolEntry entry) throws IOException {
        if (!entry.counted()) {
            return;
        }
        RequestRecord record;
        try {
            record = RequestRecord.parseFrom(entry.value());
        } catch (InvalidProtocolBufferException e) {
            throw new IOException("The request log holds an entry that is no record.", e);
        }
        if (record.hasArrival()) {
            arrived(
                    new Open(
                            record.getRequestId(),
                            record.getDeployment(),
                            record.getTenant(),
                            record.getEventTimeMs()));
        } else {
            completed(record.getRequestId());
        }
        sequence = record.getSequence();
    }

    @Nullable Open open(String requestId) {
        return open.get(requestId);
    }

    List<Open> openArrivals() {
        return List.copyOf(open.values());
    }

    int openCount() {
        return open.size();
    }

    long arrivals() {
        return arrivals;
    }

    long completions() {
        return completions;
    }

    /** Sequence of the newest record, 0 before the first. */
    long sequence() {
        return sequence;
    }

    byte[] encode() {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeLong(sequence);
            out.writeLong(arrivals);
            out.writeLong(completions);
            out.writeInt(open.size());
            for (var arrival : open.values()) {
                out.writeUTF(arrival.requestId());
                out.writeUTF(arrival.deployment());
                out.writeUTF(arrival.tenant());
                out.writeLong(arrival.arrivalTimeMs());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    void restore(byte[] head) throws IOException {
        try (var in = new DataInputStream(new ByteArrayInputStream(head))) {
            var version = in.readByte();
            if (version != VERSION) {
                throw new IOException(
                        "The request log has version %d, this release reads %d."
                                .formatted(version, VERSION));
            }
            sequence = in.readLong();
            arrivals = in.readLong();
            completions = in.readLong();
            for (var left = in.readInt(); left > 0; left--) {
                var arrival = new Open(in.readUTF(), in.readUTF(), in.readUTF(), in.readLong());
                open.put(arrival.requestId(), arrival);
            }
        }
    }

    /**
     * An arrival without completion.
     *
     * @param arrivalTimeMs gateway clock, epoch milliseconds
     */
    record Open(String requestId, String deployment, String tenant, long arrivalTimeMs) {}
}
