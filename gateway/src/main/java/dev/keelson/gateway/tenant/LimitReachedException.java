package dev.keelson.gateway.tenant;

import dev.keelson.serving.openai.OpenAiError;

/** A tenant's limit does not let the request in now. */
public final class LimitReachedException extends Exception {
    private static final long serialVersionUID = 1;

    private final OpenAiError error;
    private final int retryAfterSeconds;
    private final String limit;

    LimitReachedException(String limit, String message, int retryAfterSeconds) {
        super(message, null, false, false);
        // As OpenAI does: the type says which limit, the code that it is one.
        this.error = new OpenAiError(429, message, limit, null, "rate_limit_exceeded");
        this.retryAfterSeconds = retryAfterSeconds;
        this.limit = limit;
    }

    public OpenAiError error() {
        return error;
    }

    public int retryAfterSeconds() {
        return retryAfterSeconds;
    }

    /** {@code requests}, {@code tokens} or {@code concurrency}. */
    public String limit() {
        return limit;
    }
}
