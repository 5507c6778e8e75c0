package dev.keelson.gateway.http;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request, read whole.
 *
 * @param path without the query
 * @param headers by lower-case name; of a repeated one the last
 * @param body empty when {@code tooLarge}
 * @param tooLarge the body is over the bound and was not read
 */
public record HttpRequest(
        String method,
        String path,
        boolean http11,
        Map<String, String> headers,
        byte[] body,
        boolean tooLarge) {
    public @Nullable String header(String lowerCaseName) {
        return headers.get(lowerCaseName);
    }

    boolean keepsAlive() {
        String connection = headers.get("connection");
        return !tooLarge
                && (http11
                        ? !"close".equalsIgnoreCase(connection)
                        : "keep-alive".equalsIgnoreCase(connection));
    }

    @Override
    public String toString() {
        return method + " " + path; // a body may hold a prompt, a header a key
    }
}
