package dev.keelson.runtime.weights;

import java.util.Arrays;

/** F32 values in row order. */
@SuppressWarnings(
        "ArrayRecordComponent") // compared by nobody; megabytes of numbers must not be boxed
public record Tensor(long[] shape, float[] values) {
    public Tensor {
        if (Arrays.stream(shape).reduce(1, Math::multiplyExact) != values.length) {
            throw new IllegalArgumentException(
                    "shape "
                            + Arrays.toString(shape)
                            + " does not hold "
                            + values.length
                            + " values");
        }
    }
}
