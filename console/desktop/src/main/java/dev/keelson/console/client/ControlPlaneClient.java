package dev.keelson.console.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Calls of the control plane's REST interface. Thread-safe; every call blocks. */
public final class ControlPlaneClient implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final URI api;
    private final @Nullable String token;

    /**
     * @param server base address, such as {@code http://127.0.0.1:8080}
     * @param token null where none is known
     */
    public ControlPlaneClient(URI server, @Nullable String token) {
        this.api = URI.create(server.toString().replaceAll("/+$", "") + "/api/v1/");
        this.token = token;
    }

    /** What a change came to. */
    public sealed interface Outcome {
        record Done() implements Outcome {}

        /**
         * @param advice may be empty
         */
        record Refused(String message, String advice) implements Outcome {}
    }

    /** The token is missing, wrong, or its role is too low. */
    public static final class Unauthorised extends IOException {
        private static final long serialVersionUID = 1;

        Unauthorised(String message) {
            super(message);
        }
    }

    public JsonNode get(String path) throws IOException, InterruptedException {
        var response = http.send(request(path).timeout(PATIENCE).build(), BodyHandlers.ofString());
        check(response);
        return parsed(response.body());
    }

    /** Lines of the event stream; the caller closes it. */
    Stream<String> events() throws IOException, InterruptedException {
        var response =
                http.send(
                        request("stream").header("Accept", "text/event-stream").build(),
                        BodyHandlers.ofLines());
        if (response.statusCode() != 200) {
            response.body().close();
            check(response);
        }
        return response.body();
    }

    public Outcome scale(String deployment, int replicas) throws InterruptedException {
        var body = JsonNodeFactory.instance.objectNode().put("replicas", replicas);
        return post(
                "deployments/" + URLEncoder.encode(deployment, StandardCharsets.UTF_8) + "/scale",
                body);
    }

    /** Holds discretionary actions back. */
    public Outcome freeze(String reason, Duration expires) throws InterruptedException {
        var body = JsonNodeFactory.instance.objectNode().put("reason", reason);
        return post("freeze", body.put("expires", expires.toMinutes() + "m").put("all", false));
    }

    public Outcome unfreeze() throws InterruptedException {
        return post("unfreeze", JsonNodeFactory.instance.objectNode());
    }

    private Outcome post(String path, JsonNode body) throws InterruptedException {
        try {
            var request =
                    request(path)
                            .timeout(PATIENCE)
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                            .build();
            var response = http.send(request, BodyHandlers.ofString());
            if (response.statusCode() / 100 == 2) {
                return new Outcome.Done();
            }
            return refusal(response.statusCode(), response.body());
        } catch (IOException unreachable) {
            return new Outcome.Refused(
                    "The control plane does not answer.",
                    "Nothing was changed as far as is known.");
        }
    }

    private static Outcome refusal(int code, String body) {
        JsonNode error;
        try {
            error = FleetJson.parse(body).path("error");
        } catch (IllegalArgumentException notJson) {
            error = JsonNodeFactory.instance.missingNode();
        }
        return new Outcome.Refused(
                error.path("message").asText("The control plane answered %d.".formatted(code)),
                error.path("advice").asText(""));
    }

    private HttpRequest.Builder request(String path) {
        var request = HttpRequest.newBuilder(api.resolve(path));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return request;
    }

    private static void check(HttpResponse<?> response) throws IOException {
        switch (response.statusCode()) {
            case 200 -> {}
            case 401, 403 -> throw new Unauthorised("The token is missing, wrong or too weak.");
            default ->
                    throw new IOException(
                            "The control plane answered %d.".formatted(response.statusCode()));
        }
    }

    private static JsonNode parsed(String text) throws IOException {
        try {
            return FleetJson.parse(text);
        } catch (IllegalArgumentException notJson) {
            throw new IOException(notJson.getMessage(), notJson);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
