package dev.keelson.gateway.http;

import java.io.IOException;

/**
 * A request that breaks HTTP or a bound; answered with this status, then the connection is closed.
 */
final class HttpProblem extends IOException {
    private static final long serialVersionUID = 1;

    private final int status;

    HttpProblem(int status, String message) {
        super(message);
        this.status = status;
    }

    int status() {
        return status;
    }
}
