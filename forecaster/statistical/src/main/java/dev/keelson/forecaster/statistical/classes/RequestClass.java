package dev.keelson.forecaster.statistical.classes;

import java.util.Comparator;

/**
 * Requests that are counted together.
 *
 * @param model that they ask for
 * @param tenant that asks
 * @param promptBucket {@link #bucket} of their prompt tokens
 * @param outputBucket {@link #bucket} of their output tokens
 */
public record RequestClass(String model, String tenant, int promptBucket, int outputBucket)
        implements Comparable<RequestClass> {
    /** The bucket of a length that nobody knows. */
    public static final int UNKNOWN = 0;

    private static final Comparator<RequestClass> ORDER =
            Comparator.comparing(RequestClass::model)
                    .thenComparing(RequestClass::tenant)
                    .thenComparingInt(RequestClass::promptBucket)
                    .thenComparingInt(RequestClass::outputBucket);

    public RequestClass {
        if (promptBucket < UNKNOWN || outputBucket < UNKNOWN) {
            throw new IllegalArgumentException(
                    "The promptBucket (%d) and the outputBucket (%d) of a class must not be negative."
                            .formatted(promptBucket, outputBucket));
        }
    }

    /** A class whose lengths nobody knows. */
    public static RequestClass of(String model, String tenant) {
        return new RequestClass(model, tenant, UNKNOWN, UNKNOWN);
    }

    /** The bucket of a length: 1 for less than 4 tokens, 2 for less than 16, and so on by fours. */
    public static int bucket(long tokens) {
        if (tokens < 0) {
            throw new IllegalArgumentException(
                    "A length (%d tokens) must not be negative.".formatted(tokens));
        }
        int bits = Long.SIZE - Long.numberOfLeadingZeros(tokens);
        return Math.max(1, (bits + 1) / 2);
    }

    /** The least length, tokens, that is too long for a bucket from 1 on. */
    public static long lengthBelow(int bucket) {
        return 1L << (2 * bucket);
    }

    @Override
    public int compareTo(RequestClass other) {
        return ORDER.compare(this, other);
    }
}
