package dev.keelson.exchange.kafka;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Up to where Kafka has acknowledged. Two slots are written in turn, in place: a kill in the middle
 * of a write leaves the other one, and a full disk does not stop it. Not thread-safe.
 */
final class AcknowledgedFile implements AutoCloseable {
    private static final int SLOT = 64;

    private final FileChannel channel;
    private long generation;
    private Progress progress = new Progress(0, 0, 0, 0, 0);

    AcknowledgedFile(Path file) throws IOException {
        channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        for (var slot = 0; slot < 2; slot++) {
            var buffer = read(slot);
            if (buffer != null && buffer.getLong(0) > generation) {
                generation = buffer.getLong(0);
                progress =
                        new Progress(
                                buffer.getLong(8),
                                buffer.getLong(16),
                                buffer.getLong(24),
                                buffer.getLong(32),
                                buffer.getLong(40));
            }
        }
    }

    Progress progress() {
        return progress;
    }

    void write(Progress next) throws IOException {
        progress = next;
        generation++;
        var buffer = ByteBuffer.allocate(SLOT);
        buffer.putLong(generation).putLong(next.position()).putLong(next.counted());
        buffer.putLong(next.published()).putLong(next.dropped()).putLong(next.eventTimeMs());
        buffer.putInt(60, crc(buffer)).rewind();
        var offset = (generation % 2) * SLOT;
        while (buffer.hasRemaining()) {
            channel.write(buffer, offset + buffer.position());
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /**
     * @param position last position that is done with
     * @param counted counted entries up to it
     * @param published of these, acknowledged by Kafka
     * @param dropped of these forced out, and those that could not be written
     * @param eventTimeMs the newest event time among the published, epoch milliseconds
     */
    record Progress(long position, long counted, long published, long dropped, long eventTimeMs) {}

    private @Nullable ByteBuffer read(int slot) throws IOException {
        var buffer = ByteBuffer.allocate(SLOT);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, (long) slot * SLOT + buffer.position()) < 0) {
                return null;
            }
        }
        return buffer.getInt(60) == crc(buffer) ? buffer : null;
    }

    private static int crc(ByteBuffer slot) {
        var crc = new CRC32C();
        crc.update(slot.slice(0, 60));
        return (int) crc.getValue();
    }
}
