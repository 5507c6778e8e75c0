package dev.keelson.launcher.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.keelson.serving.openai.RequestHeaders;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/** Asks a gateway for one token until it gives one. */
final class FirstToken {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int TIMEOUT_MILLIS = 70_000;
    private static final int PAUSE_MILLIS = 200;

    private FirstToken() {}

    /**
     * Sets the answer to the model that served the token; ends when interrupted.
     *
     * @param apiKey of a tenant; empty: none
     * @param ready asked where the gateway serves tenants only and this is not the key of one: is
     *     any replica READY? Its agent has had a token from it then.
     */
    static void await(
            String gateway,
            String apiKey,
            BooleanSupplier ready,
            AtomicReference<Optional<String>> answer) {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                HttpURLConnection models = open(gateway + "/v1/models", apiKey);
                if (models.getResponseCode() == HttpURLConnection.HTTP_UNAUTHORIZED
                        && ready.getAsBoolean()) {
                    answer.set(Optional.empty());
                    return;
                }
                String model = read(models).path("data").path(0).path("id").asText("");
                if (!model.isEmpty() && serves(gateway, apiKey, model)) {
                    answer.set(Optional.of(model));
                    return;
                }
            } catch (IOException e) {
                // Not there yet.
            }
            try {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static boolean serves(String gateway, String apiKey, String model) throws IOException {
        HttpURLConnection connection = open(gateway + "/v1/completions", apiKey);
        connection.setRequestMethod("POST");
        connection.setRequestProperty("Content-Type", "application/json");
        connection.setRequestProperty(RequestHeaders.PROBE, "up");
        connection.setDoOutput(true);
        try (OutputStream out = connection.getOutputStream()) {
            out.write(
                    JSON.writeValueAsBytes(
                            JSON.createObjectNode()
                                    .put("model", model)
                                    .put("prompt", "the")
                                    .put("max_tokens", 1)
                                    .put("ignore_eos", true)));
        }
        return connection.getResponseCode() == 200 && read(connection).path("choices").size() == 1;
    }

    private static HttpURLConnection open(String url, String apiKey) throws IOException {
        var connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        if (!apiKey.isEmpty()) {
            connection.setRequestProperty("Authorization", "Bearer " + apiKey);
        }
        return connection;
    }

    private static JsonNode read(HttpURLConnection connection) throws IOException {
        try (var in = connection.getInputStream()) {
            return JSON.readTree(in);
        }
    }
}
