package dev.keelson.gateway.serve;

import dev.keelson.serving.openai.OpenAiError;

/** How one attempt ended. */
sealed interface AttemptResult {
    /** The client has its whole answer, good or bad; or it left. */
    record Final(Outcome outcome) implements AttemptResult {}

    /** Nothing reached the client: another replica may try. */
    record Retry(Cause cause, OpenAiError error) implements AttemptResult {}

    /** Why another replica must try. */
    enum Cause {
        /** Could not be reached at all: it never had the request. */
        UNREACHABLE,
        /** Died with the request in flight. */
        DIED,
        /** Lives, and failed. */
        FAILED,
        /** Stood still. */
        HUNG,
        /** Has no room in time, and said so. */
        BUSY,
        /** Leaves, and said so. */
        DRAINING,
        /** The deadline passed before the first token. */
        DEADLINE
    }

    static AttemptResult retry(Cause cause, String message) {
        return new Retry(cause, OpenAiError.server(502, "upstream_failed", message));
    }
}
