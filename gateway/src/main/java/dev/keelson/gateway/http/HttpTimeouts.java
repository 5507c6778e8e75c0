package dev.keelson.gateway.http;

import java.time.Duration;

/**
 * How long a client may keep a connection without moving on.
 *
 * @param idle between requests
 * @param reading from a request's first byte to its last
 * @param writing one write: a client that does not read its stream holds a place of the engine
 * @param discarding the rest of a body that was refused
 */
public record HttpTimeouts(Duration idle, Duration reading, Duration writing, Duration discarding) {
    public static final HttpTimeouts USUAL =
            new HttpTimeouts(
                    Duration.ofSeconds(120),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(20));
}
