package dev.keelson.exchange.kafka;

import dev.keelson.exchange.kafka.AcknowledgedFile.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bounded queue on disk that survives the kill of its process (not of the machine: nothing is
 * fsynced). Thread-safe. When the bound is reached the oldest segment goes, and what it still held
 * is counted as dropped.
 */
final class Spool implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Spool.class);

    private final Path folder;
    private final long boundBytes;
    private final long segmentBytes;
    private final Supplier<byte[]> head;
    private final Deque<SegmentFile> segments = new ArrayDeque<>();
    private final AcknowledgedFile acknowledged;
    private Progress progress;
    private @Nullable Cursor cursor;

    /**
     * @param boundBytes the most that the segments take on disk
     * @param head what each new segment begins with, asked for under the spool's lock
     */
    Spool(Path folder, long boundBytes, Supplier<byte[]> head) throws IOException {
        this.folder = Files.createDirectories(folder);
        this.boundBytes = boundBytes;
        this.segmentBytes = Math.clamp(boundBytes / 8, 4096, 1 << 20);
        this.head = head;
        this.acknowledged = new AcknowledgedFile(folder.resolve("acknowledged"));
        this.progress = acknowledged.progress();
        openSegments();
    }

    private void openSegments() throws IOException {
        List<Path> files;
        try (var listing = Files.list(folder)) {
            files =
                    listing.filter(file -> file.getFileName().toString().endsWith(".log"))
                            .sorted()
                            .toList();
        }
        for (var file : files) {
            var segment = SegmentFile.open(file);
            if (segment == null) {
                LOG.warn("{} is damaged at its head and is left out.", file);
                Files.delete(file);
            } else {
                segments.add(segment);
            }
        }
        deleteDone();
    }

    /**
     * Appends and returns the position.
     *
     * @throws IOException when the disk does not take it; the entry is counted as dropped
     */
    synchronized long append(
            String topic,
            int partition,
            @Nullable String key,
            byte[] value,
            long eventTimeMs,
            boolean counted)
            throws IOException {
        try {
            var segment = writable();
            var entry =
                    new SpoolEntry(
                            segment.end(), counted, topic, partition, key, eventTimeMs, value);
            segment.append(entry);
            enforceBound();
            return entry.position();
        } catch (IOException e) {
            if (counted) {
                progress = plus(progress, 0, 0, 0, 1, 0);
            }
            throw e;
        }
    }

    private SegmentFile writable() throws IOException {
        var newest = segments.peekLast();
        if (newest != null && newest.size() < segmentBytes) {
            return newest;
        }
        var base = newest == null ? progress.position() + 1 : newest.end();
        var counted = newest == null ? progress.counted() : newest.countedThrough();
        var fresh = SegmentFile.create(folder, base, counted, head.get());
        segments.add(fresh);
        deleteDone();
        return fresh;
    }

    private void enforceBound() throws IOException {
        while (segments.size() > 1
                && segments.stream().mapToLong(SegmentFile::size).sum() > boundBytes) {
            var oldest = segments.getFirst();
            skipThrough(oldest.end() - 1, oldest.countedThrough());
            deleteDone();
        }
    }

    /** Entries from a position on, in order; fewer when there are no more. */
    synchronized List<SpoolEntry> read(long from, int most) throws IOException {
        var result = new ArrayList<SpoolEntry>();
        var at = locate(from);
        while (at != null && result.size() < most) {
            var located = at.segment.read(at.offset, at.position);
            if (located != null) {
                result.add(located.entry());
                at = new Cursor(at.segment, located.nextOffset(), at.position + 1);
            } else if (at.segment == segments.getLast()) {
                break;
            } else {
                at = start(at.segment.end());
            }
        }
        cursor = at;
        return result;
    }

    private @Nullable Cursor locate(long from) throws IOException {
        if (cursor != null && cursor.position == from && segments.contains(cursor.segment)) {
            return cursor;
        }
        var at = start(from);
        while (at != null && at.position < from) {
            var located = at.segment.read(at.offset, at.position);
            if (located == null) {
                return at;
            }
            at = new Cursor(at.segment, located.nextOffset(), at.position + 1);
        }
        return at;
    }

    private @Nullable Cursor start(long position) {
        for (var segment : segments) {
            if (position < segment.end() || segment == segments.getLast()) {
                return new Cursor(segment, segment.firstOffset(), segment.base());
            }
        }
        return null;
    }

    /** Notes that Kafka has these, which follow each other and the last acknowledged. */
    synchronized void acknowledge(List<SpoolEntry> done) {
        var next = progress;
        for (var entry : done) {
            if (entry.position() > next.position()) {
                next = overDamage(next, entry.position());
                var counted = entry.counted() ? 1 : 0;
                var time = entry.counted() ? entry.eventTimeMs() : 0;
                next = plus(next, 1, counted, counted, 0, time);
            }
        }
        settle(next);
    }

    /**
     * What lies between the last position and a segment's first was damaged on disk: lost, counted.
     */
    private Progress overDamage(Progress from, long position) {
        var missing = position - 1 - from.position();
        if (missing <= 0) {
            return from;
        }
        var lost =
                segments.stream()
                        .filter(segment -> segment.base() == position)
                        .mapToLong(segment -> segment.countedBefore() - from.counted())
                        .findFirst()
                        .orElse(0);
        return plus(from, missing, lost, 0, lost, 0);
    }

    /** Gives an entry up that Kafka will never take. */
    synchronized void drop(SpoolEntry entry) {
        if (entry.position() > progress.position()) {
            skipThrough(entry.position(), progress.counted() + (entry.counted() ? 1 : 0));
        }
    }

    private void skipThrough(long position, long counted) {
        if (position > progress.position()) {
            var lost = counted - progress.counted();
            settle(plus(progress, position - progress.position(), lost, 0, lost, 0));
        }
    }

    private void settle(Progress next) {
        progress = next;
        try {
            acknowledged.write(next);
            deleteDone();
        } catch (IOException e) {
            LOG.warn("The acknowledged position could not be written: {}", e.toString());
        }
    }

    /** The newest segment stays: its head and entries tell the owner's state at the next start. */
    private void deleteDone() throws IOException {
        while (segments.size() > 1 && segments.getFirst().end() <= progress.position() + 1) {
            segments.removeFirst().delete();
        }
    }

    /** What the newest segment began with, null in a new spool. */
    synchronized byte @Nullable [] newestHead() {
        var newest = segments.peekLast();
        return newest == null ? null : newest.head();
    }

    synchronized List<SpoolEntry> newestEntries() throws IOException {
        var newest = segments.peekLast();
        return newest == null ? List.of() : read(newest.base(), Integer.MAX_VALUE);
    }

    synchronized Progress progress() {
        return progress;
    }

    /** One past the newest entry's position. */
    synchronized long end() {
        var newest = segments.peekLast();
        return newest == null ? progress.position() + 1 : newest.end();
    }

    synchronized SpooledPublisher.State state() {
        var newest = segments.peekLast();
        var appended = newest == null ? progress.counted() : newest.countedThrough();
        return new SpooledPublisher.State(
                appended,
                progress.published(),
                Math.max(0, appended - progress.counted()),
                progress.dropped(),
                progress.eventTimeMs());
    }

    @Override
    public synchronized void close() throws IOException {
        acknowledged.write(progress);
        acknowledged.close();
        for (var segment : segments) {
            segment.close();
        }
    }

    private static Progress plus(
            Progress from, long positions, long counted, long published, long dropped, long time) {
        return new Progress(
                from.position() + positions,
                from.counted() + counted,
                from.published() + published,
                from.dropped() + dropped,
                Math.max(from.eventTimeMs(), time));
    }

    private record Cursor(SegmentFile segment, long offset, long position) {}
}
