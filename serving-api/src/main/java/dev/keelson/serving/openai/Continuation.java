package dev.keelson.serving.openai;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * The rest of a stream whose replica was lost is asked of another engine with this field, {@code
 * continuation}: Keelson's extension between its gateway and an engine that offers it. An engine
 * offers it by the header {@link #OFFER} on a stream with token ids, and confirms it by {@link
 * #CONFIRM}.
 *
 * @param id response id that the client knows
 * @param created epoch seconds that the client knows
 * @param tokenizer what the first engine's {@link #OFFER} said: ids mean something only under the
 *     same tokenizer
 * @param tokenIds the answer's tokens so far, in order; their text has reached the client
 */
public record Continuation(String id, long created, String tokenizer, List<Integer> tokenIds) {
    /** Response header: identity of the tokenizer. */
    public static final String OFFER = "Keelson-Continuation";

    /** Response header: how many tokens the stream goes on after. */
    public static final String CONFIRM = "Keelson-Continued";

    private static final String FIELD = "continuation";

    public Continuation {
        tokenIds = List.copyOf(tokenIds);
    }

    static @org.jspecify.annotations.Nullable Continuation read(Fields request)
            throws InvalidRequestException {
        JsonNode object = request.object(FIELD);
        if (object == null) {
            return null;
        }
        Fields fields = new Fields(object);
        Long created = fields.longInteger("created");
        JsonNode ids = fields.required("token_ids");
        if (!ids.isArray() || ids.isEmpty()) {
            throw Fields.wrong(FIELD, "an object whose token_ids are a list that is not empty");
        }
        List<Integer> tokens = new ArrayList<>(ids.size());
        for (JsonNode id : ids) {
            if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0) {
                throw Fields.wrong(FIELD, "made of token numbers of at least 0");
            }
            tokens.add(id.intValue());
        }
        return new Continuation(
                fields.requiredText("id"),
                created == null ? 0 : created,
                fields.requiredText("tokenizer"),
                tokens);
    }

    /**
     * The original body with this field put before its first one, and with token ids asked for.
     *
     * @param body a JSON object
     */
    public byte[] addTo(byte[] body) {
        byte[] field =
                Json.bytes(json -> {
                    json.writeStartObject();
                    json.writeBooleanField("return_token_ids", true);
                    json.writeObjectFieldStart(FIELD);
                    json.writeStringField("id", id);
                    json.writeNumberField("created", created);
                    json.writeStringField("tokenizer", tokenizer);
                    json.writeArrayFieldStart("token_ids");
                    for (int token : tokenIds) {
                        json.writeNumber(token);
                    }
                    json.writeEndArray();
                    json.writeEndObject();
                    json.writeEndObject();
                });
        return inserted(body, field, field.length - 1);
    }

    /** The original body, asking for token ids as well; its own field wins if it has one. */
    public static byte[] withTokenIds(byte[] body) {
        byte[] field =
                "{\"return_token_ids\":true}".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        return inserted(body, field, field.length - 1);
    }

    // The new fields come right after the body's opening brace.
    private static byte[] inserted(byte[] body, byte[] fields, int length) {
        int brace = 0;
        while (body[brace] != '{') {
            brace++;
        }
        byte[] whole = new byte[length + 1 + body.length - brace - 1];
        System.arraycopy(fields, 0, whole, 0, length);
        whole[length] = ',';
        System.arraycopy(body, brace + 1, whole, length + 1, body.length - brace - 1);
        return whole;
    }
}
