package dev.keelson.exchange.kafka;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One file of the spool: a head, then entries {@code length, crc, payload}. Not thread-safe. The
 * CRC covers the position too, so that no stale bytes pass for an entry.
 */
final class SegmentFile implements AutoCloseable {
    static final int MOST_PAYLOAD = 1 << 20;

    private static final int MAGIC = 0x4B53504C;
    private static final int FIXED_HEAD = 4 + 1 + 8 + 8 + 4;

    private final Path file;
    private final FileChannel channel;
    private final long base;
    private final long countedBefore;
    private final byte[] head;
    private final long firstOffset;
    private long size;
    private long end;
    private long counted;

    private SegmentFile(
            Path file, FileChannel channel, long base, long countedBefore, byte[] head) {
        this.file = file;
        this.channel = channel;
        this.base = base;
        this.countedBefore = countedBefore;
        this.head = head;
        this.firstOffset = FIXED_HEAD + head.length + 4L;
        this.size = firstOffset;
        this.end = base;
    }

    static SegmentFile create(Path folder, long base, long countedBefore, byte[] head)
            throws IOException {
        var file = folder.resolve("%020d.log".formatted(base));
        var channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        var buffer = ByteBuffer.allocate(FIXED_HEAD + head.length + 4);
        buffer.putInt(MAGIC).put((byte) 1).putLong(base).putLong(countedBefore);
        buffer.putInt(head.length).put(head);
        buffer.putInt(crc(base, buffer.slice(0, buffer.position()))).flip();
        try {
            writeFully(channel, buffer, 0);
        } catch (IOException e) {
            channel.close();
            Files.deleteIfExists(file);
            throw e;
        }
        return new SegmentFile(file, channel, base, countedBefore, head);
    }

    /**
     * Opens an existing file and cuts off what a kill left half written; null if even the head is.
     */
    static @Nullable SegmentFile open(Path file) throws IOException {
        var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        var fixed = read(channel, 0, FIXED_HEAD);
        if (fixed == null || fixed.getInt(0) != MAGIC || fixed.get(4) != 1) {
            channel.close();
            return null;
        }
        var base = fixed.getLong(5);
        var headLength = fixed.getInt(21);
        var whole =
                headLength < 0 || headLength > channel.size()
                        ? null
                        : read(channel, 0, FIXED_HEAD + headLength + 4);
        if (whole == null
                || whole.getInt(FIXED_HEAD + headLength)
                        != crc(base, whole.slice(0, FIXED_HEAD + headLength))) {
            channel.close();
            return null;
        }
        var head = new byte[headLength];
        whole.get(FIXED_HEAD, head);
        var segment = new SegmentFile(file, channel, base, fixed.getLong(13), head);
        segment.scan();
        return segment;
    }

    private void scan() throws IOException {
        for (var entry = read(size, end); entry != null; entry = read(size, end)) {
            size = entry.nextOffset();
            end++;
            counted += entry.entry().counted() ? 1 : 0;
        }
        if (channel.size() > size) {
            channel.truncate(size);
        }
    }

    /** Writes the entry at the end; after a failure the file is as it was. */
    void append(SpoolEntry entry) throws IOException {
        var payload = entry.encode();
        var buffer = ByteBuffer.allocate(8 + payload.length);
        buffer.putInt(payload.length).putInt(crc(entry.position(), ByteBuffer.wrap(payload)));
        buffer.put(payload).flip();
        try {
            writeFully(channel, buffer, size);
        } catch (IOException e) {
            channel.truncate(size);
            throw e;
        }
        size += 8 + payload.length;
        end++;
        counted += entry.counted() ? 1 : 0;
    }

    /** The entry at a file offset, null where the file ends or is damaged. */
    @Nullable Located read(long offset, long position) throws IOException {
        var lengths = read(channel, offset, 8);
        if (lengths == null || lengths.getInt(0) < 17 || lengths.getInt(0) > MOST_PAYLOAD) {
            return null;
        }
        var payload = read(channel, offset + 8, lengths.getInt(0));
        if (payload == null || lengths.getInt(4) != crc(position, payload.duplicate())) {
            return null;
        }
        return new Located(SpoolEntry.decode(position, payload), offset + 8 + payload.capacity());
    }

    long base() {
        return base;
    }

    /** One past the last entry's position. */
    long end() {
        return end;
    }

    long firstOffset() {
        return firstOffset;
    }

    long size() {
        return size;
    }

    /** Counted entries before this segment, since the spool began. */
    long countedBefore() {
        return countedBefore;
    }

    /** Counted entries up to this segment's end, since the spool began. */
    long countedThrough() {
        return countedBefore + counted;
    }

    byte[] head() {
        return head.clone();
    }

    void delete() throws IOException {
        channel.close();
        Files.deleteIfExists(file);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    record Located(SpoolEntry entry, long nextOffset) {}

    private static int crc(long position, ByteBuffer bytes) {
        var crc = new CRC32C();
        crc.update(ByteBuffer.allocate(8).putLong(position).flip());
        crc.update(bytes);
        return (int) crc.getValue();
    }

    private static @Nullable ByteBuffer read(FileChannel channel, long offset, int length)
            throws IOException {
        var buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, offset + buffer.position()) < 0) {
                return null;
            }
        }
        return buffer.flip();
    }

    private static void writeFully(FileChannel channel, ByteBuffer buffer, long offset)
            throws IOException {
        var at = offset;
        while (buffer.hasRemaining()) {
            at += channel.write(buffer, at);
        }
    }
}
