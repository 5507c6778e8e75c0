package dev.keelson.serving.openai;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The field {@code logprobs} of a choice, in the two forms that the API has. */
final class LogprobsJson {
    private LogprobsJson() {}

    /** As chat completions have it: one object per token. */
    static void chat(JsonGenerator json, @Nullable List<TokenLogprob> tokens) throws IOException {
        if (tokens == null) {
            json.writeNullField("logprobs");
            return;
        }
        json.writeObjectFieldStart("logprobs");
        json.writeArrayFieldStart("content");
        for (TokenLogprob token : tokens) {
            json.writeStartObject();
            fields(json, token);
            json.writeArrayFieldStart("top_logprobs");
            for (TokenLogprob other : token.top()) {
                json.writeStartObject();
                fields(json, other);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    /**
     * As completions have it: parallel lists. Offsets are characters, counted from {@code offset}.
     */
    static void completion(JsonGenerator json, @Nullable List<TokenLogprob> tokens, int offset)
            throws IOException {
        if (tokens == null) {
            json.writeNullField("logprobs");
            return;
        }
        json.writeObjectFieldStart("logprobs");
        json.writeArrayFieldStart("tokens");
        for (TokenLogprob token : tokens) {
            json.writeString(token.token());
        }
        json.writeEndArray();
        json.writeArrayFieldStart("token_logprobs");
        for (TokenLogprob token : tokens) {
            json.writeNumber(token.logprob());
        }
        json.writeEndArray();
        json.writeArrayFieldStart("top_logprobs");
        for (TokenLogprob token : tokens) {
            tops(json, token);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("text_offset");
        int at = offset;
        for (TokenLogprob token : tokens) {
            json.writeNumber(at);
            at += token.token().length();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    // Two tokens may have the same text: the likelier one keeps it.
    private static void tops(JsonGenerator json, TokenLogprob token) throws IOException {
        Set<String> seen = new HashSet<>();
        json.writeStartObject();
        for (TokenLogprob other : token.top()) {
            if (seen.add(other.token())) {
                json.writeNumberField(other.token(), other.logprob());
            }
        }
        json.writeEndObject();
    }

    private static void fields(JsonGenerator json, TokenLogprob token) throws IOException {
        json.writeStringField("token", token.token());
        json.writeNumberField("logprob", token.logprob());
        json.writeArrayFieldStart("bytes");
        for (byte b : token.bytes()) {
            json.writeNumber(b & 0xFF);
        }
        json.writeEndArray();
    }
}
