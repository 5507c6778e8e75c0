package dev.keelson.gateway.serve;

import dev.keelson.protocol.v1.Completion;

/**
 * How a request ended.
 *
 * @param status HTTP status that the client got; 499 when it left
 * @param errorType empty when it succeeded
 */
record Outcome(Completion.Outcome kind, int status, String errorType) {
    static final int CLIENT_LEFT = 499;

    static Outcome succeeded() {
        return new Outcome(Completion.Outcome.SUCCEEDED, 200, "");
    }

    static Outcome cancelled() {
        return new Outcome(Completion.Outcome.CANCELLED, CLIENT_LEFT, "client_left");
    }

    static Outcome broken(String type) {
        return new Outcome(Completion.Outcome.BROKEN, 200, type);
    }
}
