package dev.keelson.runtime.engine;

import org.jspecify.annotations.Nullable;

/**
 * A prompt to go on from.
 *
 * @param prompt at least one token
 * @param answer tokens of the answer that another engine gave before; they are not given out again
 * @param priority smaller is served earlier, under the policy that looks at it
 * @param cacheSalt only requests with the same find each other's prefixes; empty for everybody's
 * @param firstTokenNanos the first token is of use only within so long; {@link #NO_DEADLINE} if it
 *     always is
 * @param adapter applied to the model; null for the model as it is
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody, and numbers must not be boxed
public record EngineRequest(
        int[] prompt,
        int[] answer,
        int priority,
        String cacheSalt,
        long firstTokenNanos,
        @Nullable Adapter adapter) {
    public static final long NO_DEADLINE = Long.MAX_VALUE;

    /** A new answer, with nothing special about it. */
    public EngineRequest(int[] prompt) {
        this(prompt, null);
    }

    /** A new answer of an adapter. */
    public EngineRequest(int[] prompt, @Nullable Adapter adapter) {
        this(prompt, new int[0], 0, "", NO_DEADLINE, adapter);
    }

    /** What stands before its first block in the prefix cache. */
    String prefixSalt() {
        // Digits of a hash cannot run into the client's text: their number is fixed.
        return adapter == null ? cacheSalt : adapter.weights().fingerprint() + "/" + cacheSalt;
    }
}
