package dev.keelson.gateway.http;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One request, read whole. Its body is not copied: nobody changes it. */
public final class HttpRequest {
    private final String method;
    private final String path;
    private final boolean http11;
    private final Map<String, String> headers;
    private final byte[] body;
    private final boolean tooLarge;

    /**
     * @param path without the query
     * @param headers by lower-case name; of a repeated one the last
     * @param body empty when {@code tooLarge}
     * @param tooLarge the body is over the bound and was not read
     */
    HttpRequest(
            String method,
            String path,
            boolean http11,
            Map<String, String> headers,
            byte[] body,
            boolean tooLarge) {
        this.method = method;
        this.path = path;
        this.http11 = http11;
        this.headers = headers;
        this.body = body;
        this.tooLarge = tooLarge;
    }

    public String method() {
        return method;
    }

    public String path() {
        return path;
    }

    public byte[] body() {
        return body;
    }

    public boolean tooLarge() {
        return tooLarge;
    }

    public @Nullable String header(String lowerCaseName) {
        return headers.get(lowerCaseName);
    }

    boolean http11() {
        return http11;
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
