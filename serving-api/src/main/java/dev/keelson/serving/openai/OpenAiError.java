package dev.keelson.serving.openai;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What a client is told when a request is not served: the OpenAI error body.
 *
 * @param status HTTP status that goes with it
 * @param message for a person; never holds any part of a prompt
 * @param type for a program, such as {@code invalid_request_error}
 * @param param the field at fault
 * @param code a finer cause, such as {@code model_not_found}
 */
public record OpenAiError(
        int status, String message, String type, @Nullable String param, @Nullable String code)
        implements Serializable {

    public static OpenAiError invalid(String message, @Nullable String param) {
        return new OpenAiError(400, message, "invalid_request_error", param, null);
    }

    /** The request body is over the given bound. */
    public static OpenAiError tooLarge(long limitBytes) {
        return new OpenAiError(
                413,
                "The request body is larger than %d bytes.".formatted(limitBytes),
                "invalid_request_error",
                null,
                "request_too_large");
    }

    /**
     * @param model as the caller wrote it; shortened if long, since it is echoed
     */
    public static OpenAiError modelNotFound(String model) {
        String shown = model.length() <= 80 ? model : model.substring(0, 80) + "...";
        return new OpenAiError(
                404,
                "The model '%s' does not exist here. See /v1/models.".formatted(shown),
                "invalid_request_error",
                "model",
                "model_not_found");
    }

    /** A refusal or failure of the server's own, with its type as the program's handle. */
    public static OpenAiError server(int status, String type, String message) {
        return new OpenAiError(status, message, type, null, type);
    }

    /** {@code {"error":{"message","type","param","code"}}} in UTF-8. */
    public byte[] toJson() {
        return Json.bytes(this::write);
    }

    private void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeObjectFieldStart("error");
        json.writeStringField("message", message);
        json.writeStringField("type", type);
        json.writeStringField("param", param);
        json.writeStringField("code", code);
        json.writeEndObject();
        json.writeEndObject();
    }
}
