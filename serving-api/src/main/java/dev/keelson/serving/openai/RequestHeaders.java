package dev.keelson.serving.openai;

/** Request headers of Keelson's own on the completion endpoints. */
public final class RequestHeaders {
    /**
     * Milliseconds from receipt within which the first token is of use: counted by the receiver, so
     * that no two clocks are compared.
     */
    public static final String DEADLINE = "Keelson-Deadline-Ms";

    private RequestHeaders() {}
}
