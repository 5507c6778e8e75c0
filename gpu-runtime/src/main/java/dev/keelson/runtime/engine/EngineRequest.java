package dev.keelson.runtime.engine;

/**
 * A prompt to go on from.
 *
 * @param prompt at least one token
 * @param answer tokens of the answer that another engine gave before; they are not given out again
 * @param priority smaller is served earlier, under the policy that looks at it
 * @param cacheSalt only requests with the same find each other's prefixes; empty for everybody's
 * @param firstTokenNanos the first token is of use only within so long; {@link #NO_DEADLINE} if it
 *     always is
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody, and numbers must not be boxed
public record EngineRequest(
        int[] prompt, int[] answer, int priority, String cacheSalt, long firstTokenNanos) {
    public static final long NO_DEADLINE = Long.MAX_VALUE;

    /** A new answer, with nothing special about it. */
    public EngineRequest(int[] prompt) {
        this(prompt, new int[0], 0, "", NO_DEADLINE);
    }
}
