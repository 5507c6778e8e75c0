package dev.keelson.launcher.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.launcher.CommandFailure;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.ProtocolException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A small JSON client with a bearer token. {@link HttpURLConnection} is enough here and starts in a
 * tenth of the time of the newer client, which every command would pay.
 *
 * @param base address without a slash at its end, such as {@code http://127.0.0.1:20300}
 * @param token bearer token, or null for none
 * @param timeout for connecting and for each read
 */
public record RestClient(String base, @Nullable String token, Duration timeout) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LARGEST_ANSWER_BYTES = 64 << 20;

    /** Reads a document. */
    public JsonNode get(String path) {
        return call("GET", path, null);
    }

    /** Sends a document and reads the answer. */
    public JsonNode post(String path, JsonNode body) {
        return call("POST", path, body);
    }

    /** Removes what the path names. */
    public JsonNode delete(String path) {
        return call("DELETE", path, null);
    }

    /** Reads a body of another type than JSON, line by line by the caller. */
    public InputStream stream(String path) {
        try {
            HttpURLConnection connection = open("GET", path);
            int status = connection.getResponseCode();
            if (status / 100 != 2) {
                throw refusal(status, body(connection));
            }
            return connection.getInputStream();
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    private JsonNode call(String method, String path, @Nullable JsonNode body) {
        try {
            HttpURLConnection connection = open(method, path);
            if (body != null) {
                connection.setDoOutput(true);
                connection.setRequestProperty("Content-Type", "application/json");
                try (OutputStream out = connection.getOutputStream()) {
                    out.write(JSON.writeValueAsBytes(body));
                }
            }
            int status = connection.getResponseCode();
            String text = body(connection);
            if (status / 100 != 2) {
                throw refusal(status, text);
            }
            return text.isBlank() ? JSON.createObjectNode() : JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new CommandFailure(
                    "%s answered %s with something that is not JSON.".formatted(base, path),
                    "Maybe the address is not a control plane's.");
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    private HttpURLConnection open(String method, String path) throws IOException {
        var connection = (HttpURLConnection) URI.create(base + path).toURL().openConnection();
        try {
            connection.setRequestMethod(method);
        } catch (ProtocolException e) {
            throw new IllegalArgumentException(method, e);
        }
        int millis = Math.toIntExact(timeout.toMillis());
        connection.setConnectTimeout(millis);
        connection.setReadTimeout(millis);
        if (token != null) {
            connection.setRequestProperty("Authorization", "Bearer " + token);
        }
        connection.setRequestProperty("Accept", "application/json");
        return connection;
    }

    private static String body(HttpURLConnection connection) throws IOException {
        InputStream in =
                connection.getResponseCode() / 100 == 2
                        ? connection.getInputStream()
                        : connection.getErrorStream();
        if (in == null) {
            return "";
        }
        try (in) {
            return new String(in.readNBytes(LARGEST_ANSWER_BYTES), StandardCharsets.UTF_8);
        }
    }

    private CommandFailure unreachable(IOException e) {
        String why = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return new CommandFailure(
                "%s does not answer (%s).".formatted(base, why),
                "See what runs with: keelson status");
    }

    private static CommandFailure refusal(int status, String text) {
        String message = "";
        String advice = "";
        try {
            JsonNode error = JSON.readTree(text).path("error");
            message = error.path("message").asText("");
            advice = error.path("advice").asText("");
        } catch (JsonProcessingException e) {
            message = text.lines().findFirst().orElse("");
        }
        return new CommandFailure(
                message.isBlank() ? "The server answered with status " + status + "." : message,
                advice);
    }
}
