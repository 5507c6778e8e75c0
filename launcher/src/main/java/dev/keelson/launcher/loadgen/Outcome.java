package dev.keelson.launcher.loadgen;

import org.jspecify.annotations.Nullable;

/**
 * How one request went.
 *
 * @param error null for a stream that ended with a finish reason and [DONE]
 * @param tokens chunks with text
 * @param ttftMillis time to the first of them; NaN without one
 * @param tpotMillis mean time between them; NaN with fewer than two
 * @param e2eMillis time to the end
 */
public record Outcome(
        @Nullable String error,
        int tokens,
        double ttftMillis,
        double tpotMillis,
        double e2eMillis) {

    /** True when the answer is whole. */
    public boolean succeeded() {
        return error == null;
    }
}
