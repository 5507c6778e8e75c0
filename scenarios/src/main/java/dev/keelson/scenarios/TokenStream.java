package dev.keelson.scenarios;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The client's side of one streamed answer. */
final class TokenStream {
    private static final ObjectMapper JSON = new ObjectMapper();

    private TokenStream() {}

    /**
     * Reads a stream to its end.
     *
     * @param chunk sees each chunk that is no error
     * @return why it did not end with [DONE]; null if it did
     * @throws IOException if the connection broke
     */
    static @Nullable String read(HttpURLConnection connection, Consumer<JsonNode> chunk)
            throws IOException {
        try (var lines =
                new BufferedReader(
                        new InputStreamReader(
                                connection.getInputStream(), StandardCharsets.UTF_8))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.startsWith("data:")) {
                    continue;
                }
                var event = line.substring(5).strip();
                if (event.equals("[DONE]")) {
                    return null;
                }
                var json = JSON.readTree(event);
                if (json.has("error")) {
                    return "stream error %s: %s"
                            .formatted(
                                    json.at("/error/type").asText(),
                                    json.at("/error/message").asText());
                }
                chunk.accept(json);
            }
        }
        return "ended without [DONE]";
    }
}
