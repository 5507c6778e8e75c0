package dev.keelson.streams.function;

import dev.keelson.protocol.RecordCodec;
import dev.keelson.protocol.v1.DemandRecord;
import dev.keelson.protocol.v1.DemandTotals;
import dev.keelson.protocol.v1.DemandWindow;
import dev.keelson.streams.function.RequestEvent.Kind;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * Demand of one deployment: which requests were seen, windows, totals. Not thread-safe.
 *
 * <p>A record is seen once: its id and kind are kept by minute of event time until that minute is
 * beyond the bound of lateness, and what comes after that is counted as too late, so that no
 * duplicate can slip through in between.
 */
public final class DemandLedger implements Ledger<DemandLedger> {
    private static final int VERSION = 2;
    private static final long BUCKET_MS = 60_000;
    private static final long NEVER = Long.MIN_VALUE;

    /** After a jump of event time, windows without content are written for this long only. */
    private static final long EMPTIES_MS = 60_000;

    private final TreeMap<Long, Set<String>> seen = new TreeMap<>();
    private final List<Windows<Counts>> windows =
            List.of(
                    new Windows<>(1_000, Counts::new),
                    new Windows<>(10_000, Counts::new),
                    new Windows<>(60_000, Counts::new));
    private long closedThroughMs = NEVER;
    private long arrivals;
    private long completions;
    private long lateCorrected;
    private long tooLate;
    private long duplicates;
    private long undecodable;

    /** Whether a record counted. */
    public enum Verdict {
        FRESH,
        DUPLICATE,
        TOO_LATE,
        SET_ASIDE
    }

    /**
     * Takes one record.
     *
     * @param watermarkMs event time up to which everything on time has come
     * @param latenessMs how much later a record still counts
     */
    public Verdict add(RequestEvent event, long watermarkMs, long latenessMs) {
        if (event.kind() == Kind.UNDECODABLE) {
            undecodable++;
            return Verdict.SET_ASIDE;
        }
        var time = event.windowTimeMs();
        var horizon = Math.max(watermarkMs, closedThroughMs);
        if (horizon != NEVER && event.eventTimeMs() < horizon - latenessMs) {
            tooLate++;
            return Verdict.TOO_LATE;
        }
        if (!remember(event)) {
            duplicates++;
            return Verdict.DUPLICATE;
        }
        if (closedThroughMs == NEVER) {
            closedThroughMs = Math.floorDiv(time, 1_000L) * 1_000;
        }
        count(event, time);
        return Verdict.FRESH;
    }

    private boolean remember(RequestEvent event) {
        var bucket = Math.floorDiv(event.eventTimeMs(), BUCKET_MS) * BUCKET_MS;
        var kind = event.kind() == Kind.ARRIVAL ? "a" : "c";
        return seen.computeIfAbsent(bucket, any -> new HashSet<>()).add(kind + event.requestId());
    }

    private void count(RequestEvent event, long time) {
        var arrival = event.kind() == Kind.ARRIVAL;
        arrivals += arrival ? 1 : 0;
        completions += arrival ? 0 : 1;
        if (windows.get(0).isClosed(time, closedThroughMs)) {
            lateCorrected++;
        }
        for (var size : windows) {
            var counts = size.at(time, closedThroughMs);
            counts.arrivals += arrival ? 1 : 0;
            if (arrival) {
                counts.classes.add(event.tenant(), event.promptTokens());
            }
            counts.completions += arrival ? 0 : 1;
            counts.promptTokens += event.promptTokens();
            counts.outputTokens += event.outputTokens();
        }
    }

    /** Event time has come to a watermark: writes what is new, forgets what is too old. */
    public void advance(
            String deployment,
            long watermarkMs,
            long latenessMs,
            ResultOutput<DemandRecord> output) {
        if (closedThroughMs != NEVER) {
            var through = Math.floorDiv(watermarkMs + 1, 1_000L) * 1_000;
            for (var size : windows) {
                size.takeCorrected(start -> {
                    size.orEmpty(start).revision++;
                    output.emit(window(deployment, size, start));
                });
                size.closing(
                        closedThroughMs,
                        through,
                        EMPTIES_MS,
                        start -> output.emit(window(deployment, size, start)));
                size.forgetEndingUntil(watermarkMs - latenessMs);
            }
            closedThroughMs = Math.max(closedThroughMs, through);
            seen.headMap(watermarkMs - latenessMs - BUCKET_MS, true).clear();
        }
        output.emit(totals(deployment, watermarkMs));
    }

    private static DemandRecord window(String deployment, Windows<Counts> size, long start) {
        var counts = size.orEmpty(start);
        return DemandRecord.newBuilder()
                .setVersion(RecordCodec.VERSION)
                .setDeployment(deployment)
                .setWindow(
                        DemandWindow.newBuilder()
                                .setStartMs(start)
                                .setSizeMs(size.sizeMs())
                                .setArrivals(counts.arrivals)
                                .setPromptTokensEstimate(counts.promptTokens)
                                .setCompletions(counts.completions)
                                .setOutputTokens(counts.outputTokens)
                                .setRevision(counts.revision)
                                .addAllClasses(counts.classes.most()))
                .build();
    }

    private DemandRecord totals(String deployment, long watermarkMs) {
        return DemandRecord.newBuilder()
                .setVersion(RecordCodec.VERSION)
                .setDeployment(deployment)
                .setTotals(
                        DemandTotals.newBuilder()
                                .setArrivals(arrivals)
                                .setCompletions(completions)
                                .setLateCorrected(lateCorrected)
                                .setTooLate(tooLate)
                                .setDuplicatesRemoved(duplicates)
                                .setUndecodable(undecodable)
                                .setWatermarkMs(watermarkMs))
                .build();
    }

    @Override
    public DemandLedger copy() {
        var result = new DemandLedger();
        seen.forEach((bucket, ids) -> result.seen.put(bucket, new HashSet<>(ids)));
        for (var i = 0; i < windows.size(); i++) {
            windows.get(i).copyTo(result.windows.get(i), Counts::copy);
        }
        result.closedThroughMs = closedThroughMs;
        result.arrivals = arrivals;
        result.completions = completions;
        result.lateCorrected = lateCorrected;
        result.tooLate = tooLate;
        result.duplicates = duplicates;
        result.undecodable = undecodable;
        return result;
    }

    @Override
    public void write(DataOutput out) throws IOException {
        out.writeByte(VERSION);
        for (var value : totalsInOrder()) {
            out.writeLong(value);
        }
        out.writeInt(seen.size());
        for (var bucket : seen.entrySet()) {
            out.writeLong(bucket.getKey());
            out.writeInt(bucket.getValue().size());
            for (var id : bucket.getValue()) {
                out.writeUTF(id);
            }
        }
        for (var size : windows) {
            size.write(out, Counts::write);
        }
    }

    private long[] totalsInOrder() {
        return new long[] {
            closedThroughMs, arrivals, completions, lateCorrected, tooLate, duplicates, undecodable
        };
    }

    @Override
    public void read(DataInput in) throws IOException {
        var version = in.readByte();
        if (version < 1 || version > VERSION) {
            throw new IOException("The demand ledger has version " + version + ".");
        }
        closedThroughMs = in.readLong();
        arrivals = in.readLong();
        completions = in.readLong();
        lateCorrected = in.readLong();
        tooLate = in.readLong();
        duplicates = in.readLong();
        undecodable = in.readLong();
        for (var left = in.readInt(); left > 0; left--) {
            var bucket = in.readLong();
            var ids = new HashSet<String>();
            for (var ofIt = in.readInt(); ofIt > 0; ofIt--) {
                ids.add(in.readUTF());
            }
            seen.put(bucket, ids);
        }
        for (var size : windows) {
            size.read(in, from -> Counts.read(from, version));
        }
    }

    private static final class Counts {
        private long arrivals;
        private long completions;
        private long promptTokens;
        private long outputTokens;
        private long revision;
        private ClassCounts classes = new ClassCounts();

        private static Counts copy(Counts from) {
            var result = new Counts();
            result.arrivals = from.arrivals;
            result.completions = from.completions;
            result.promptTokens = from.promptTokens;
            result.outputTokens = from.outputTokens;
            result.revision = from.revision;
            result.classes = from.classes.copy();
            return result;
        }

        private static void write(Counts from, DataOutput out) throws IOException {
            out.writeLong(from.arrivals);
            out.writeLong(from.completions);
            out.writeLong(from.promptTokens);
            out.writeLong(from.outputTokens);
            out.writeLong(from.revision);
            from.classes.write(out);
        }

        private static Counts read(DataInput in, int version) throws IOException {
            var result = new Counts();
            result.arrivals = in.readLong();
            result.completions = in.readLong();
            result.promptTokens = in.readLong();
            result.outputTokens = in.readLong();
            result.revision = in.readLong();
            // The first version knew no classes.
            if (version > 1) {
                result.classes = ClassCounts.read(in);
            }
            return result;
        }
    }
}
