package dev.keelson.runtime.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.runtime.format.JsonFields;
import dev.keelson.runtime.format.ModelFileException;
import dev.keelson.runtime.tokenizer.Vocabulary.AddedToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Reads and writes {@code tokenizer.json} as the Hugging Face tokenizers library lays it out, for
 * byte-pair encoding.
 */
public final class TokenizerFile {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_TOKENS = 1 << 22;

    private TokenizerFile() {}

    /**
     * Reads a tokenizer.
     *
     * @throws ModelFileException if the file is missing, malformed or asks for a step that is not
     *     known; the message names file and field
     */
    public static BpeTokenizer read(Path file) throws IOException {
        JsonFields root = JsonFields.read(file);
        JsonFields model = root.object("model");
        if (!model.text("type", "BPE").equals("BPE")) {
            throw model.unsupported("type", "a tokenizer of type " + model.text("type", ""));
        }
        if (!model.node().path("vocab").isObject() || !model.node().path("merges").isArray()) {
            throw new ModelFileException(
                    file.toString(), "model.vocab and model.merges are needed: is it no BPE?");
        }
        for (String affix : List.of("continuing_subword_prefix", "end_of_word_suffix")) {
            if (!model.text(affix, "").isEmpty()) {
                throw model.unsupported(affix, "a mark on parts of words");
            }
        }
        if (model.node().path("dropout").asDouble() != 0) {
            throw model.unsupported("dropout", "random merges");
        }
        List<AddedToken> added = added(root);
        List<String> words = words(model, added);
        try {
            var vocabulary =
                    new Vocabulary(
                            words,
                            TokenizerSteps.alphabet(root),
                            added,
                            TokenizerSteps.begin(root));
            Map<String, Integer> ids = vocabulary.ids();
            return new BpeTokenizer(
                    vocabulary,
                    TokenizerSteps.normalizer(root),
                    TokenizerSteps.preTokenizer(root),
                    merges(model, ids),
                    model.flag("ignore_merges", false),
                    ids.getOrDefault(model.text("unk_token", ""), -1));
        } catch (IllegalArgumentException e) {
            throw new ModelFileException(file.toString(), String.valueOf(e.getMessage()), e);
        }
    }

    private static List<AddedToken> added(JsonFields root) throws ModelFileException {
        List<AddedToken> tokens = new ArrayList<>();
        JsonNode list = root.node().path("added_tokens");
        for (int i = 0; i < list.size(); i++) {
            if (!list.path(i).isObject()) {
                throw root.wrong("added_tokens", "a list of objects");
            }
            JsonFields t = new JsonFields(root.file(), "added_tokens[" + i + "]", list.path(i));
            if (t.flag("single_word", false)) {
                throw t.unsupported("single_word", "a token that is matched as a word only");
            }
            tokens.add(
                    new AddedToken(
                            t.integer("id", 0, MOST_TOKENS),
                            t.text("content", ""),
                            t.flag("special", false),
                            t.flag("lstrip", false),
                            t.flag("rstrip", false)));
        }
        return tokens;
    }

    private static List<String> words(JsonFields model, List<AddedToken> added)
            throws ModelFileException {
        JsonFields vocab = model.object("vocab");
        int most = Math.min(MOST_TOKENS, vocab.node().size() + added.size());
        String[] words = new String[most];
        for (var entry : vocab.node().properties()) {
            int id = vocab.integer(entry.getKey(), 0, most - 1);
            words[id] = entry.getKey();
        }
        int size = 0;
        for (AddedToken token : added) {
            if (token.id() >= most) {
                throw model.wrong("vocab", "without gaps below token " + token.id());
            }
            words[token.id()] = token.text();
        }
        for (int id = 0; id < most; id++) {
            size = words[id] != null ? id + 1 : size;
        }
        List<String> all = Arrays.asList(words).subList(0, size);
        int gap = all.indexOf(null);
        if (gap >= 0 || size == 0) {
            throw model.wrong("vocab", "without gaps; there is no token " + Math.max(0, gap));
        }
        return all;
    }

    private static List<Merge> merges(JsonFields model, Map<String, Integer> ids)
            throws ModelFileException {
        JsonNode list = model.node().path("merges");
        List<Merge> merges = new ArrayList<>(list.size());
        for (int i = 0; i < list.size(); i++) {
            JsonNode merge = list.get(i);
            // Older files write "left right", newer ones ["left", "right"].
            String[] pair =
                    merge.isArray()
                            ? new String[] {merge.path(0).asText(), merge.path(1).asText()}
                            : merge.asText().split(" ", 2);
            Integer left = ids.get(pair[0]);
            Integer right = pair.length < 2 ? null : ids.get(pair[1]);
            Integer result = pair.length < 2 ? null : ids.get(pair[0] + pair[1]);
            if (left == null || right == null || result == null) {
                throw new ModelFileException(
                        model.file(),
                        "model.merges["
                                + i
                                + "] names a token that is not in the vocabulary: "
                                + JsonFields.shown(merge));
            }
            merges.add(new Merge(i, left, right, result));
        }
        return merges;
    }

    /** Writes a byte-level tokenizer; the same tokenizer gives the same bytes. */
    public static void write(BpeTokenizer tokenizer, Path file) throws IOException {
        ObjectNode root = JSON.createObjectNode().put("version", "1.0");
        root.putNull("truncation").putNull("padding");
        var added = root.putArray("added_tokens");
        Vocabulary vocabulary = tokenizer.vocabulary();
        vocabulary
                .added()
                .forEach(t ->
                        added.addObject()
                                .put("id", t.id())
                                .put("content", t.text())
                                .put("single_word", false)
                                .put("lstrip", t.takesBefore())
                                .put("rstrip", t.takesAfter())
                                .put("normalized", false)
                                .put("special", t.control()));
        root.putNull("normalizer");
        root.set("pre_tokenizer", byteLevel());
        root.set("post_processor", TokenizerSteps.template(vocabulary));
        root.set("decoder", byteLevel());
        ObjectNode model =
                root.putObject("model").put("type", "BPE").putNull("dropout").putNull("unk_token");
        model.put("fuse_unk", false).put("byte_fallback", false);
        ObjectNode vocab = model.putObject("vocab");
        List<String> words = vocabulary.words();
        for (int id = 0; id < words.size(); id++) {
            vocab.put(words.get(id), id);
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
}
