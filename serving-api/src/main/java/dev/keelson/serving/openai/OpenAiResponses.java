package dev.keelson.serving.openai;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Response bodies and stream chunks, as UTF-8 JSON. Times are epoch seconds. */
public final class OpenAiResponses {
    private OpenAiResponses() {}

    /** What one response, and each chunk of one stream, says about itself. */
    public record Header(String id, long created, String model) {}

    private interface Piece {
        void write(JsonGenerator json, Choice choice) throws IOException;
    }

    /** Whole answer of {@code /v1/completions}. */
    public static byte[] completion(Header header, List<Choice> choices, Usage usage) {
        return document(header, "text_completion", choices, usage, OpenAiResponses::text);
    }

    /** One chunk of a completion stream; the usage chunk has no choices. */
    public static byte[] completionChunk(
            Header header, List<Choice> choices, @Nullable Usage usage) {
        return document(header, "text_completion", choices, usage, OpenAiResponses::text);
    }

    /** Whole answer of {@code /v1/chat/completions}. */
    public static byte[] chat(Header header, List<Choice> choices, Usage usage) {
        return document(header, "chat.completion", choices, usage, OpenAiResponses::message);
    }

    /** One chunk of a chat stream. */
    public static byte[] chatChunk(Header header, List<Choice> choices, @Nullable Usage usage) {
        return document(header, "chat.completion.chunk", choices, usage, OpenAiResponses::delta);
    }

    /** First chunk of a chat stream: names the role, holds no token. */
    public static byte[] chatRoleChunk(Header header, int index) {
        return document(
                header,
                "chat.completion.chunk",
                List.of(new Choice(index, "", null)),
                null,
                (json, choice) -> {
                    json.writeObjectFieldStart("delta");
                    json.writeStringField("role", "assistant");
                    json.writeStringField("content", "");
                    json.writeEndObject();
                    LogprobsJson.chat(json, null);
                });
    }

    /**
     * One line of {@code /v1/models}, with vLLM's two fields.
     *
     * @param root where its files are; null does not say
     * @param parent the model that an adapter is of; null for a model
     */
    public record Model(String id, long created, @Nullable String root, @Nullable String parent) {}

    /** Answer of {@code /v1/models}. */
    public static byte[] models(List<Model> models, String ownedBy) {
        return Json.bytes(json -> {
            json.writeStartObject();
            json.writeStringField("object", "list");
            json.writeArrayFieldStart("data");
            for (Model model : models) {
                json.writeStartObject();
                json.writeStringField("id", model.id());
                json.writeStringField("object", "model");
                json.writeNumberField("created", model.created());
                json.writeStringField("owned_by", ownedBy);
                if (model.root() != null) {
                    json.writeStringField("root", model.root());
                }
                if (model.root() != null || model.parent() != null) {
                    json.writeStringField("parent", model.parent());
                }
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private static byte[] document(
            Header header,
            String object,
            List<Choice> choices,
            @Nullable Usage usage,
            Piece piece) {
        return Json.bytes(json -> {
            json.writeStartObject();
            json.writeStringField("id", header.id());
            json.writeStringField("object", object);
            json.writeNumberField("created", header.created());
            json.writeStringField("model", header.model());
            json.writeArrayFieldStart("choices");
            for (Choice choice : choices) {
                json.writeStartObject();
                json.writeNumberField("index", choice.index());
                piece.write(json, choice);
                json.writeStringField("finish_reason", choice.finishReason());
                writeTokens(json, choice.tokenIds());
                json.writeEndObject();
            }
            json.writeEndArray();
            writeUsage(json, usage);
            json.writeEndObject();
        });
    }

    private static void text(JsonGenerator json, Choice choice) throws IOException {
        json.writeStringField("text", choice.text());
        LogprobsJson.completion(json, choice.logprobs(), choice.offset());
    }

    private static void message(JsonGenerator json, Choice choice) throws IOException {
        json.writeObjectFieldStart("message");
        json.writeStringField("role", "assistant");
        json.writeStringField("content", choice.text());
        json.writeEndObject();
        LogprobsJson.chat(json, choice.logprobs());
    }

    private static void delta(JsonGenerator json, Choice choice) throws IOException {
        json.writeObjectFieldStart("delta");
        if (!choice.text().isEmpty()) {
            json.writeStringField("content", choice.text());
        }
        json.writeEndObject();
        LogprobsJson.chat(json, choice.logprobs());
    }

    private static void writeTokens(JsonGenerator json, @Nullable List<Integer> ids)
            throws IOException {
        if (ids != null) {
            json.writeArrayFieldStart("token_ids");
            for (int id : ids) {
                json.writeNumber(id);
            }
            json.writeEndArray();
        }
    }

    private static void writeUsage(JsonGenerator json, @Nullable Usage usage) throws IOException {
        if (usage != null) {
            json.writeObjectFieldStart("usage");
            json.writeNumberField("prompt_tokens", usage.promptTokens());
            json.writeNumberField("completion_tokens", usage.completionTokens());
            json.writeNumberField("total_tokens", usage.totalTokens());
            if (usage.cachedTokens() != null) {
                json.writeObjectFieldStart("prompt_tokens_details");
                json.writeNumberField("cached_tokens", usage.cachedTokens());
                json.writeEndObject();
            }
            json.writeEndObject();
        }
    }
}
