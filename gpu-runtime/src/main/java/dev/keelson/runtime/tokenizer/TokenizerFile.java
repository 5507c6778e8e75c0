package dev.keelson.runtime.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads and writes {@code tokenizer.json} as the Hugging Face tokenizers library lays it out, for
 * byte-level BPE.
 */
public final class TokenizerFile {
    private static final ObjectMapper JSON = new ObjectMapper();

    private TokenizerFile() {}

    /**
     * Reads a tokenizer.
     *
     * @throws IOException if the file is missing, malformed or of another kind; the message names
     *     the file
     */
    public static BpeTokenizer read(Path file) throws IOException {
        JsonNode root = JSON.readTree(Files.readAllBytes(file));
        JsonNode model = root.path("model");
        if (!model.path("vocab").isObject() || !model.path("merges").isArray()) {
            throw new IOException(
                    file + ": not a BPE tokenizer.json (model.vocab and model.merges are needed)");
        }
        Map<String, Integer> ids = new HashMap<>();
        model.path("vocab").properties().forEach(e -> ids.put(e.getKey(), e.getValue().asInt(-1)));
        Map<String, Integer> special = new HashMap<>();
        for (JsonNode added : root.path("added_tokens")) {
            special.put(added.path("content").asText(), added.path("id").asInt());
            ids.put(added.path("content").asText(), added.path("id").asInt());
        }
        int size = ids.values().stream().mapToInt(Integer::intValue).max().orElse(-1) + 1;
        String[] words = new String[size];
        ids.forEach((word, id) -> words[id] = word);
        if (Arrays.asList(words).contains(null)) {
            throw new IOException(file + ": the vocabulary has gaps");
        }
        try {
            return new BpeTokenizer(
                    List.of(words),
                    special,
                    merges(model, ids),
                    new PreTokenizer(singleDigits(root)));
        } catch (IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    /** Writes a tokenizer; the same tokenizer gives the same bytes. */
    public static void write(BpeTokenizer tokenizer, Path file) throws IOException {
        ObjectNode root = JSON.createObjectNode().put("version", "1.0");
        root.putNull("truncation").putNull("padding");
        var added = root.putArray("added_tokens");
        tokenizer
                .special()
                .forEach((text, id) ->
                        added.addObject()
                                .put("id", id)
                                .put("content", text)
                                .put("single_word", false)
                                .put("lstrip", false)
                                .put("rstrip", false)
                                .put("normalized", false)
                                .put("special", true));
        root.putNull("normalizer");
        root.set("pre_tokenizer", byteLevel());
        root.putNull("post_processor");
        root.set("decoder", byteLevel());
        ObjectNode model =
                root.putObject("model").put("type", "BPE").putNull("dropout").putNull("unk_token");
        model.put("fuse_unk", false).put("byte_fallback", false);
        ObjectNode vocabulary = model.putObject("vocab");
        List<String> words = tokenizer.words();
        for (int id = 0; id < words.size(); id++) {
            vocabulary.put(words.get(id), id);
        }
        var merges = model.putArray("merges");
        tokenizer
                .merges()
                .forEach(m -> merges.add(words.get(m.left()) + " " + words.get(m.right())));
        Files.writeString(
                file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n");
    }

    private static ObjectNode byteLevel() {
        return JSON.createObjectNode()
                .put("type", "ByteLevel")
                .put("add_prefix_space", false)
                .put("trim_offsets", true)
                .put("use_regex", true);
    }

    private static List<BpeTokenizer.Merge> merges(JsonNode model, Map<String, Integer> ids) {
        List<BpeTokenizer.Merge> merges = new ArrayList<>();
        for (JsonNode merge : model.path("merges")) {
            // Older files write "left right", newer ones ["left", "right"].
            String[] pair =
                    merge.isArray()
                            ? new String[] {merge.path(0).asText(), merge.path(1).asText()}
                            : merge.asText().split(" ", 2);
            Integer left = ids.get(pair[0]);
            Integer right = pair.length < 2 ? null : ids.get(pair[1]);
            Integer result = pair.length < 2 ? null : ids.get(pair[0] + pair[1]);
            if (left == null || right == null || result == null) {
                throw new IllegalArgumentException(
                        "a merge names a token that is not in the vocabulary: " + merge);
            }
            merges.add(new BpeTokenizer.Merge(left, right, result));
        }
        return merges;
    }

    private static boolean singleDigits(JsonNode root) {
        JsonNode pre = root.path("pre_tokenizer");
        for (JsonNode step : pre.path("pretokenizers")) {
            if (step.path("type").asText().equals("Digits")
                    && step.path("individual_digits").asBoolean()) {
                return true;
            }
        }
        return false;
    }
}
