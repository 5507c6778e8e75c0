package dev.keelson.serving.openai;

import org.jspecify.annotations.Nullable;

/** {@code POST /detokenize}, as vLLM has it: the text of tokens. */
public final class Detokenization {
    public static final String PATH = "/detokenize";
    private static final String NO_CHARACTER = "\uFFFD";

    private Detokenization() {}

    /**
     * The body that asks for the text of the first tokens.
     *
     * @param count how many of them
     */
    public static byte[] request(String model, int[] tokens, int count) {
        return Json.bytes(json -> {
            json.writeStartObject();
            json.writeStringField("model", model);
            json.writeFieldName("tokens");
            json.writeArray(tokens, 0, count);
            json.writeEndObject();
        });
    }

    /** The text in such an answer; null if it is none. */
    public static @Nullable String text(byte[] answer) {
        try {
            return Json.object(answer).path("prompt").textValue();
        } catch (InvalidRequestException e) {
            return null;
        }
    }

    /** Does it end within a character? An engine's stream holds such text back. */
    public static boolean endsWithinCharacter(String text) {
        return text.endsWith(NO_CHARACTER);
    }
}
