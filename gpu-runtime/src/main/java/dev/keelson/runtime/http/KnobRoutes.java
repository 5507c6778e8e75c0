package dev.keelson.runtime.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.runtime.engine.Engine;
import dev.keelson.runtime.knobs.Knob;
import dev.keelson.runtime.knobs.KnobValues;
import dev.keelson.serving.openai.InvalidRequestException;
import dev.keelson.serving.openai.Json;
import dev.keelson.serving.openai.OpenAiError;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;

/** Shows the knobs and changes them, all of a request or none. Thread-safe. */
final class KnobRoutes {
    private final Engine engine;
    private final Consumer<KnobValues> changed;
    private KnobValues values; // guarded by this

    /**
     * @param changed is told the new values
     */
    KnobRoutes(Engine engine, KnobValues values, Consumer<KnobValues> changed) {
        this.engine = engine;
        this.values = values;
        this.changed = changed;
    }

    /** {@code {"NAME":{"value","range","live","meaning"},...}}. */
    synchronized byte[] show() {
        KnobValues now = values;
        return Json.bytes(json -> {
            json.writeStartObject();
            for (Knob knob : Knob.values()) {
                json.writeObjectFieldStart(knob.wire());
                value(json, knob, now.get(knob));
                json.writeStringField("range", knob.range());
                json.writeBooleanField("live", knob.isLive());
                json.writeStringField("meaning", knob.meaning());
                json.writeEndObject();
            }
            json.writeEndObject();
        });
    }

    /** Takes {@code {"NAME":value,...}}; in force from the next step. */
    synchronized void change(byte[] body) throws InvalidRequestException {
        Map<Knob, Long> wanted = new EnumMap<>(Knob.class);
        for (Map.Entry<String, JsonNode> field : Json.object(body).properties()) {
            Knob knob = Knob.of(field.getKey()).orElse(null);
            if (knob == null) {
                throw wrong("There is no such knob; known: " + Knob.names() + ".", field.getKey());
            }
            if (!knob.isLive()) {
                throw wrong(
                        "'" + knob.wire() + "' changes only with a restart (--knob).", knob.wire());
            }
            wanted.put(knob, parse(knob, field.getValue()));
        }
        KnobValues next = values.with(wanted);
        try {
            engine.change(next.live());
        } catch (IllegalArgumentException e) {
            throw wrong(e.getMessage() + ".", wanted.keySet().iterator().next().wire());
        }
        values = next;
        changed.accept(next);
    }

    private static long parse(Knob knob, JsonNode value) throws InvalidRequestException {
        try {
            if (value.isValueNode()) {
                return knob.parse(value.asText());
            }
        } catch (IllegalArgumentException e) {
            throw wrong("'" + knob.wire() + "' must be " + knob.range() + ".", knob.wire());
        }
        throw wrong("'" + knob.wire() + "' must be one value.", knob.wire());
    }

    private static void value(JsonGenerator json, Knob knob, long value) throws IOException {
        if (knob.choices().isEmpty()) {
            json.writeNumberField("value", value);
        } else {
            json.writeStringField("value", knob.text(value));
        }
    }

    private static InvalidRequestException wrong(String message, String knob) {
        return new InvalidRequestException(OpenAiError.invalid(message, knob));
    }
}
