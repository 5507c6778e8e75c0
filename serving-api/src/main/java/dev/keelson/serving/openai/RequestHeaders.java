package dev.keelson.serving.openai;

/** Request headers of Keelson's own on the completion endpoints. */
public final class RequestHeaders {
    /**
     * Milliseconds from receipt within which the first token is of use: counted by the receiver, so
     * that no two clocks are compared.
     */
    public static final String DEADLINE = "Keelson-Deadline-Ms";

    /**
     * Keelson's own question whether a gateway serves: one token of a short prompt, in a fleet
     * without tenants. It is no demand and not counted; any other request that carries it is served
     * and counted as if it did not.
     */
    public static final String PROBE = "Keelson-Probe";

    private RequestHeaders() {}
}
