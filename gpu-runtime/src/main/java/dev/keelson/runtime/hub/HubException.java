package dev.keelson.runtime.hub;

import java.io.IOException;

/** A model that a hub does not give; the message names the model or the file, and the reason. */
public final class HubException extends IOException {
    private static final long serialVersionUID = 1;

    HubException(String message) {
        super(message);
    }
}
