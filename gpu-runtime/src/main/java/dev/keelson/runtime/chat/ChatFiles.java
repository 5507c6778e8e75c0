package dev.keelson.runtime.chat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.runtime.format.GgufFields;
import dev.keelson.runtime.format.GgufFile;
import dev.keelson.runtime.format.JsonFields;
import dev.keelson.runtime.format.ModelFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a Hugging Face folder says about conversations: the template in {@code chat_template.jinja}
 * or {@code tokenizer_config.json}, stop texts in {@code generation_config.json}.
 */
public final class ChatFiles {
    private static final String TEMPLATE = "chat_template.jinja";
    private static final String TOKENIZER = "tokenizer_config.json";
    private static final String GENERATION = "generation_config.json";
    private static final long LARGEST_TEMPLATE = 1 << 20;

    private ChatFiles() {}

    /**
     * Reads a folder's chat format.
     *
     * @return null if the folder has no template: the model is for completions
     * @throws IOException if a file is malformed; the message names it
     */
    public static @Nullable ChatFormat read(Path folder) throws IOException {
        JsonFields config = optional(folder.resolve(TOKENIZER));
        String source = template(folder, config);
        return source == null
                ? null
                : ChatFormat.parse(
                        folder.toString(),
                        source,
                        specialTokens(config),
                        stops(optional(folder.resolve(GENERATION))));
    }

    /**
     * Reads the chat format in a GGUF file's metadata.
     *
     * @return null if the file has no template
     * @throws IOException if a value is malformed; the message names it
     */
    public static @Nullable ChatFormat read(GgufFile file) throws IOException {
        var m = new GgufFields(file.name(), file.metadata());
        if (!m.has("tokenizer.chat_template")) {
            return null;
        }
        List<String> words = m.list("tokenizer.ggml.tokens", String.class);
        Map<String, String> tokens = new LinkedHashMap<>();
        for (String name : List.of("bos", "eos")) {
            String key = "tokenizer.ggml." + name + "_token_id";
            if (m.has(key)) {
                tokens.put(name + "_token", words.get(m.integer(key, 0, words.size() - 1)));
            }
        }
        return ChatFormat.parse(
                file.name(), m.text("tokenizer.chat_template", ""), tokens, List.of());
    }

    /** Special tokens that {@code tokenizer_config.json} names. */
    public static Map<String, String> specialTokens(Path folder) throws IOException {
        return specialTokens(optional(folder.resolve(TOKENIZER)));
    }

    /** A file's fields, or none if it is not there. */
    private static JsonFields optional(Path file) throws IOException {
        return Files.exists(file)
                ? JsonFields.read(file)
                : JsonFields.parse(file.toString(), new byte[] {'{', '}'});
    }

    private static @Nullable String template(Path folder, JsonFields config) throws IOException {
        Path file = folder.resolve(TEMPLATE);
        if (Files.exists(file)) {
            if (Files.size(file) > LARGEST_TEMPLATE) {
                throw new ModelFileException(file.toString(), "is larger than 1 MiB");
            }
            return Files.readString(file);
        }
        JsonNode field = config.node().path("chat_template");
        // Several templates under names: the one without a purpose of its own is "default".
        for (JsonNode named : field.isArray() ? field : List.<JsonNode>of()) {
            if (named.path("name").asText("").equals("default")) {
                return named.path("template").asText("");
            }
        }
        return field.isArray() || !config.has("chat_template")
                ? null
                : config.text("chat_template", "");
    }

    private static Map<String, String> specialTokens(JsonFields config) {
        Map<String, String> tokens = new LinkedHashMap<>();
        for (String name : List.of("bos_token", "eos_token", "unk_token", "pad_token")) {
            JsonNode token = config.node().path(name);
            String text = token.isObject() ? token.path("content").asText("") : token.asText("");
            if (!text.isEmpty() && !token.isNull()) {
                tokens.put(name, text);
            }
        }
        return tokens;
    }

    private static List<String> stops(JsonFields generation) throws ModelFileException {
        List<String> stops = new ArrayList<>();
        JsonNode field = generation.node().path("stop_strings");
        for (JsonNode stop : field) {
            if (!stop.isTextual() || stop.asText().isEmpty()) {
                throw generation.wrong("stop_strings", "a list of texts");
            }
            stops.add(stop.asText());
        }
        return stops;
    }
}
