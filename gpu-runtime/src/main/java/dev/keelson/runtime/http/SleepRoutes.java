package dev.keelson.runtime.http;

import com.sun.net.httpserver.HttpExchange;
import dev.keelson.runtime.engine.Decoder;
import dev.keelson.runtime.engine.Engine;
import dev.keelson.serving.openai.Json;
import dev.keelson.serving.openai.OpenAiError;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/**
 * Lets the model go and takes it in again, under vLLM's paths. Whatever level is asked for, weights
 * and cache are both let go and read again: beside the processor's memory there is no other.
 * Thread-safe.
 */
final class SleepRoutes {
    private static final OpenAiError BUSY =
            new OpenAiError(
                    409,
                    "The engine works: it sleeps only when nothing runs or waits.",
                    "invalid_request_error",
                    null,
                    "busy");

    private final Engine engine;
    private final Supplier<Decoder> model;

    SleepRoutes(Engine engine, Supplier<Decoder> model) {
        this.engine = engine;
        this.model = model;
    }

    void sleep(HttpExchange exchange) throws IOException, InterruptedException {
        try {
            if (engine.sleep().get()) {
                state(exchange);
            } else {
                Exchanges.error(exchange, BUSY);
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    void wake(HttpExchange exchange) throws IOException, InterruptedException {
        try {
            engine.wake(model).get();
            state(exchange);
        } catch (ExecutionException e) {
            Exchanges.error(
                    exchange,
                    OpenAiError.server(
                            500, "wake_failed", "The model could not be read again; see the log."));
            throw new IllegalStateException(e.getCause());
        }
    }

    void state(HttpExchange exchange) throws IOException {
        boolean asleep = engine.load().asleep();
        Exchanges.json(
                exchange,
                200,
                Json.bytes(json -> {
                    json.writeStartObject();
                    json.writeBooleanField("is_sleeping", asleep);
                    json.writeEndObject();
                }));
    }
}
