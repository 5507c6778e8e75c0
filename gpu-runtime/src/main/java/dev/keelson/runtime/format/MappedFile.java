package dev.keelson.runtime.format;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file in memory without being read at once; of the thread that opened it. */
public final class MappedFile implements AutoCloseable {
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment bytes;

    /**
     * Maps a file.
     *
     * @throws ModelFileException if it cannot be read
     */
    public MappedFile(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            bytes = channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
        } catch (IOException | RuntimeException e) {
            arena.close();
            throw new ModelFileException(file.toString(), "cannot be read: " + e, e);
        }
    }

    /** Bytes. */
    public long size() {
        return bytes.byteSize();
    }

    /** A part that lies inside the file. */
    public MemorySegment slice(long from, long length) {
        return bytes.asSlice(from, length);
    }

    @Override
    public void close() {
        arena.close();
    }
}
