package dev.keelson.streams.function;

import dev.keelson.protocol.RecordCodec;
import dev.keelson.protocol.v1.SloRecord;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/**
 * Latencies and failures of one deployment in windows of 10 s and 60 s, of completions that were
 * counted once. Not thread-safe. A window without a completion has no result.
 */
public final class SloLedger implements Ledger<SloLedger> {
    private static final int VERSION = 1;

    private final List<Windows<Latencies>> windows =
            List.of(new Windows<>(10_000, Latencies::new), new Windows<>(60_000, Latencies::new));
    private long closedThroughMs = Long.MIN_VALUE;

    /** Takes a completion. */
    public void add(RequestEvent completion) {
        var time = completion.windowTimeMs();
        if (closedThroughMs == Long.MIN_VALUE) {
            closedThroughMs = Math.floorDiv(time, 1_000L) * 1_000;
        }
        for (var size : windows) {
            var latencies = size.at(time, closedThroughMs);
            latencies.requests++;
            latencies.failed += completion.failed() ? 1 : 0;
            latencies.ttft.add(completion.ttftSeconds());
            latencies.tpot.add(completion.tpotSeconds());
            latencies.e2e.add(completion.e2eSeconds());
        }
    }

    /** Event time has come to a watermark: writes what is new, forgets what is too old. */
    public void advance(
            String deployment, long watermarkMs, long latenessMs, ResultOutput<SloRecord> output) {
        if (closedThroughMs == Long.MIN_VALUE) {
            return;
        }
        var through = Math.floorDiv(watermarkMs + 1, 1_000L) * 1_000;
        for (var size : windows) {
            size.takeCorrected(start -> {
                size.orEmpty(start).revision++;
                output.emit(record(deployment, size, start));
            });
            size.closing(
                    closedThroughMs,
                    through,
                    0,
                    start -> output.emit(record(deployment, size, start)));
            size.forgetEndingUntil(watermarkMs - latenessMs);
        }
        closedThroughMs = Math.max(closedThroughMs, through);
    }

    /** Whether nothing can be written before the next completion. */
    public boolean isIdle() {
        return windows.stream().allMatch(Windows::isEmpty);
    }

    private static SloRecord record(String deployment, Windows<Latencies> size, long start) {
        var latencies = size.orEmpty(start);
        return SloRecord.newBuilder()
                .setVersion(RecordCodec.VERSION)
                .setDeployment(deployment)
                .setStartMs(start)
                .setSizeMs(size.sizeMs())
                .setRequests(latencies.requests)
                .setFailed(latencies.failed)
                .setRevision(latencies.revision)
                .setTtftSketch(latencies.ttft.serialized())
                .setTpotSketch(latencies.tpot.serialized())
                .setE2ESketch(latencies.e2e.serialized())
                .setTtft(latencies.ttft.summary())
                .setTpot(latencies.tpot.summary())
                .setE2E(latencies.e2e.summary())
                .build();
    }

    @Override
    public SloLedger copy() {
        var result = new SloLedger();
        for (var i = 0; i < windows.size(); i++) {
            windows.get(i).copyTo(result.windows.get(i), Latencies::copy);
        }
        result.closedThroughMs = closedThroughMs;
        return result;
    }

    @Override
    public void write(DataOutput out) throws IOException {
        out.writeByte(VERSION);
        out.writeLong(closedThroughMs);
        for (var size : windows) {
            size.write(out, Latencies::write);
        }
    }

    @Override
    public void read(DataInput in) throws IOException {
        var version = in.readByte();
        if (version != VERSION) {
            throw new IOException("The slo ledger has version " + version + ".");
        }
        closedThroughMs = in.readLong();
        for (var size : windows) {
            size.read(in, Latencies::read);
        }
    }

    private static final class Latencies {
        private long requests;
        private long failed;
        private long revision;
        private LatencyBins ttft = new LatencyBins();
        private LatencyBins tpot = new LatencyBins();
        private LatencyBins e2e = new LatencyBins();

        private static Latencies copy(Latencies from) {
            var result = new Latencies();
            result.requests = from.requests;
            result.failed = from.failed;
            result.revision = from.revision;
            result.ttft = from.ttft.copy();
            result.tpot = from.tpot.copy();
            result.e2e = from.e2e.copy();
            return result;
        }

        private static void write(Latencies from, DataOutput out) throws IOException {
            out.writeLong(from.requests);
            out.writeLong(from.failed);
            out.writeLong(from.revision);
            from.ttft.write(out);
            from.tpot.write(out);
            from.e2e.write(out);
        }

        private static Latencies read(DataInput in) throws IOException {
            var result = new Latencies();
            result.requests = in.readLong();
            result.failed = in.readLong();
            result.revision = in.readLong();
            result.ttft = LatencyBins.read(in);
            result.tpot = LatencyBins.read(in);
            result.e2e = LatencyBins.read(in);
            return result;
        }
    }
}
