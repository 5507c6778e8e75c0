package dev.keelson.runtime.http;

import com.sun.net.httpserver.HttpExchange;
import dev.keelson.serving.openai.InvalidRequestException;
import dev.keelson.serving.openai.Json;
import dev.keelson.serving.openai.OpenAiError;
import java.io.IOException;
import java.io.InputStream;

/** Reading bodies within a bound and answering with one. */
final class Exchanges {
    /**
     * Bytes of a body that is too large which are read away, so that the client can read the
     * answer.
     */
    private static final long READ_AWAY = 256L << 20;

    private Exchanges() {}

    static void json(HttpExchange exchange, int status, byte[] body) throws IOException {
        send(exchange, status, "application/json; charset=utf-8", body);
    }

    static void error(HttpExchange exchange, OpenAiError error) throws IOException {
        error(exchange, error, 1);
    }

    /** Answers with an error; one that passes says when to come again. */
    static void error(HttpExchange exchange, OpenAiError error, long retryAfterSeconds)
            throws IOException {
        if (error.status() == 503 || error.status() == 429) {
            exchange.getResponseHeaders().set("Retry-After", Long.toString(retryAfterSeconds));
        }
        json(exchange, error.status(), error.toJson());
    }

    static void send(HttpExchange exchange, int status, String type, byte[] body)
            throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        try (var out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    static byte[] body(HttpExchange exchange) throws IOException, InvalidRequestException {
        InputStream in = exchange.getRequestBody();
        byte[] body = in.readNBytes(Json.MAX_BODY_BYTES + 1);
        if (body.length > Json.MAX_BODY_BYTES) {
            byte[] buffer = new byte[1 << 16];
            long left = READ_AWAY;
            for (int n = in.read(buffer); n >= 0 && left > 0; n = in.read(buffer)) {
                left -= n;
            }
            throw new InvalidRequestException(OpenAiError.tooLarge(Json.MAX_BODY_BYTES));
        }
        return body;
    }
}
