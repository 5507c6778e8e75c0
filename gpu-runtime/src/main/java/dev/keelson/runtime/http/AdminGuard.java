package dev.keelson.runtime.http;

import com.sun.net.httpserver.HttpExchange;
import dev.keelson.serving.openai.OpenAiError;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * Who may change this engine: whoever sends the token, or, without one, everybody who reaches its
 * port.
 */
public final class AdminGuard {
    /** The variable that holds the token. */
    public static final String VARIABLE = "KEELSON_ENGINE_TOKEN";

    static final OpenAiError REFUSED =
            new OpenAiError(
                    401,
                    "This route needs 'Authorization: Bearer TOKEN' with the engine's own token.",
                    "invalid_request_error",
                    null,
                    "unauthorized");

    private static final int LEAST_LENGTH = 16;
    private static final String SCHEME = "Bearer ";

    private final byte @Nullable [] expected;

    private AdminGuard(byte @Nullable [] expected) {
        this.expected = expected;
    }

    /**
     * @param token null for none
     * @throws IllegalArgumentException if it is too short to be a secret
     */
    public static AdminGuard of(@Nullable String token) {
        if (token == null) {
            return new AdminGuard(null);
        }
        if (token.length() < LEAST_LENGTH) {
            throw new IllegalArgumentException(
                    "%s must have at least %d characters".formatted(VARIABLE, LEAST_LENGTH));
        }
        return new AdminGuard((SCHEME + token).getBytes(StandardCharsets.UTF_8));
    }

    /** Compares in a time that does not tell how much of it was right. */
    boolean allows(HttpExchange exchange) {
        String given = exchange.getRequestHeaders().getFirst("Authorization");
        return expected == null
                || (given != null
                        && MessageDigest.isEqual(expected, given.getBytes(StandardCharsets.UTF_8)));
    }
}
