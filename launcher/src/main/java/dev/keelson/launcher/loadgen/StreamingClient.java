package dev.keelson.launcher.loadgen;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One streamed completion at a time, measured. Immutable.
 *
 * @param url base address with or without {@code /v1}
 * @param model its name in the API
 * @param apiKey bearer token, or null
 * @param timeout for connecting and between two chunks
 * @param nanoTime monotonic clock, nanoseconds
 */
record StreamingClient(
        String url,
        String model,
        @Nullable String apiKey,
        Duration timeout,
        LongSupplier nanoTime) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Sends one request and reads its stream to the end. Never throws. */
    Outcome send(String prompt, int outputTokens) {
        var reading = new Reading(nanoTime);
        try {
            HttpURLConnection connection = open(prompt, outputTokens);
            int status = connection.getResponseCode();
            if (status != 200) {
                var body = connection.getErrorStream();
                if (body != null) {
                    body.close();
                }
                return reading.outcome("http " + status);
            }
            try (var lines =
                    new BufferedReader(
                            new InputStreamReader(
                                    connection.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine();
                        line != null && !reading.isDone();
                        line = lines.readLine()) {
                    reading.line(line);
                }
            }
            return reading.outcome(null);
        } catch (IOException e) {
            return reading.outcome(e.getClass().getSimpleName());
        }
    }

    private HttpURLConnection open(String prompt, int outputTokens) throws IOException {
        String base = url.replaceAll("/+$", "").replaceAll("/v1$", "");
        var connection =
                (HttpURLConnection) URI.create(base + "/v1/completions").toURL().openConnection();
        int millis = Math.toIntExact(timeout.toMillis());
        connection.setConnectTimeout(millis);
        connection.setReadTimeout(millis);
        connection.setRequestMethod("POST");
        connection.setRequestProperty("Content-Type", "application/json");
        if (apiKey != null) {
            connection.setRequestProperty("Authorization", "Bearer " + apiKey);
        }
        connection.setDoOutput(true);
        var body =
                JSON.createObjectNode()
                        .put("model", model)
                        .put("prompt", prompt)
                        .put("max_tokens", outputTokens)
                        .put("temperature", 0)
                        .put("stream", true)
                        .put("ignore_eos", true);
        try (OutputStream out = connection.getOutputStream()) {
            out.write(JSON.writeValueAsBytes(body));
        }
        return connection;
    }

    /** What was read of one stream. One thread. */
    private static final class Reading {
        private final LongSupplier nanoTime;
        private final long start;
        private long first;
        private long last;
        private int tokens;
        private boolean finished;
        private boolean done;
        private @Nullable String error;

        Reading(LongSupplier nanoTime) {
            this.nanoTime = nanoTime;
            this.start = nanoTime.getAsLong();
        }

        boolean isDone() {
            return done || error != null;
        }

        void line(String line) throws IOException {
            if (!line.startsWith("data:")) {
                return;
            }
            String data = line.substring("data:".length()).strip();
            if (data.equals("[DONE]")) {
                done = true;
                return;
            }
            JsonNode event = JSON.readTree(data);
            if (event.has("error")) {
                error = "stream error " + event.path("error").path("type").asText("");
                return;
            }
            JsonNode choice = event.path("choices").path(0);
            finished |= choice.hasNonNull("finish_reason");
            if (!choice.path("text").asText("").isEmpty()) {
                last = nanoTime.getAsLong();
                first = tokens == 0 ? last : first;
                tokens++;
            }
        }

        Outcome outcome(@Nullable String failure) {
            String what = failure == null ? error : failure;
            if (what == null && (!done || !finished)) {
                what = "truncated";
            }
            return new Outcome(
                    what,
                    tokens,
                    tokens == 0 ? Double.NaN : (first - start) / 1e6,
                    tokens < 2 ? Double.NaN : (last - first) / 1e6 / (tokens - 1),
                    (nanoTime.getAsLong() - start) / 1e6);
        }
    }
}
