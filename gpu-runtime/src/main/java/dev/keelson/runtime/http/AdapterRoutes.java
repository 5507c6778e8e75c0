package dev.keelson.runtime.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import dev.keelson.serving.openai.InvalidRequestException;
import dev.keelson.serving.openai.Json;
import dev.keelson.serving.openai.OpenAiError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Loads and unloads adapters under vLLM's paths and with its answers. Thread-safe. */
final class AdapterRoutes {
    private static final String TEXT = "text/plain; charset=utf-8";

    private static final int LONGEST_PATH = 4096;

    private final AdapterRegistry adapters;

    AdapterRoutes(AdapterRegistry adapters) {
        this.adapters = adapters;
    }

    /** Takes {@code {"lora_name","lora_path"}}. */
    void load(HttpExchange exchange) throws IOException {
        try {
            JsonNode body = Json.object(Exchanges.body(exchange));
            String name = text(body, "lora_name");
            adapters.load(name, path(text(body, "lora_path")));
            say(exchange, "Success: LoRA adapter '" + name + "' added successfully.");
        } catch (InvalidRequestException e) {
            Exchanges.error(exchange, e.error());
        }
    }

    /** Takes {@code {"lora_name"}}. */
    void unload(HttpExchange exchange) throws IOException {
        try {
            String name = text(Json.object(Exchanges.body(exchange)), "lora_name");
            adapters.unload(name);
            say(exchange, "Success: LoRA adapter '" + name + "' removed successfully.");
        } catch (InvalidRequestException e) {
            Exchanges.error(exchange, e.error());
        }
    }

    private static void say(HttpExchange exchange, String what) throws IOException {
        Exchanges.send(exchange, 200, TEXT, what.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(JsonNode body, String field) throws InvalidRequestException {
        JsonNode value = body.path(field);
        if (!value.isTextual() || value.asText().isEmpty()) {
            throw invalid("'" + field + "' must be a text.", field);
        }
        return value.asText();
    }

    private static Path path(String text) throws InvalidRequestException {
        if (text.length() > LONGEST_PATH) {
            throw invalid("'lora_path' is over " + LONGEST_PATH + " characters long.", "lora_path");
        }
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw invalid("'lora_path' is no path.", "lora_path");
        }
    }

    private static InvalidRequestException invalid(String message, String param) {
        return new InvalidRequestException(OpenAiError.invalid(message, param));
    }
}
