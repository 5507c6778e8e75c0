package dev.keelson.gateway.serve;

import org.jspecify.annotations.Nullable;

/** The client closed its end: nothing more can reach it. */
final class ClientLeftException extends Exception {
    private static final long serialVersionUID = 1;

    ClientLeftException(@Nullable Throwable cause) {
        super("the client left", cause, false, false);
    }
}
