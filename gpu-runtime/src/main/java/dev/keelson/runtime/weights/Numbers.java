package dev.keelson.runtime.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Conversion of little-endian numbers to F32. */
final class Numbers {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort HALF =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Numbers() {}

    /** Elements of a shape, or -1 if a side is negative or the product too large for an array. */
    static long elements(long... shape) {
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
            values[i] = half(from, 2L * i);
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

    /** The F16 number at a byte offset. */
    static float half(MemorySegment from, long at) {
        return Float.float16ToFloat(from.get(HALF, at));
    }
}
