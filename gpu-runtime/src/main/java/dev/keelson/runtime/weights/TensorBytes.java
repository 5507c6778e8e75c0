package dev.keelson.runtime.weights;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * A file mapped into memory, and the conversion of its little-endian numbers to F32. Not
 * thread-safe.
 */
final class TensorBytes implements AutoCloseable {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort HALF =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment bytes;

    TensorBytes(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            bytes = channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
        } catch (IOException | RuntimeException e) {
            arena.close();
            throw new ModelFileException(file.toString(), "cannot be read: " + e, e);
        }
    }

    long size() {
        return bytes.byteSize();
    }

    MemorySegment slice(long from, long length) {
        return bytes.asSlice(from, length);
    }

    /**
     * Elements of {@code shape}, or -1 if a side is negative or the product too large for an array.
     */
    static long elements(long[] shape) {
        long product = 1;
        for (long side : shape) {
            if (side < 0 || (side != 0 && product > Integer.MAX_VALUE / side)) {
                return -1;
            }
            product *= side;
        }
        return product;
    }

    static float[] f32(MemorySegment from) {
        return from.toArray(FLOAT);
    }

    static float[] f16(MemorySegment from) {
        float[] values = new float[(int) (from.byteSize() / 2)];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.float16ToFloat(from.get(HALF, 2L * i));
        }
        return values;
    }

    static float[] bf16(MemorySegment from) {
        float[] values = new float[(int) (from.byteSize() / 2)];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.intBitsToFloat(from.get(HALF, 2L * i) << 16);
        }
        return values;
    }

    static float half(MemorySegment from, long at) {
        return Float.float16ToFloat(from.get(HALF, at));
    }

    static String text(long[] shape) {
        return Arrays.toString(shape);
    }

    @Override
    public void close() {
        arena.close();
    }
}
