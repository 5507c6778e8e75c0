package dev.keelson.runtime.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.runtime.testing.Strings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Our tokens against those of the Hugging Face library, for the tokenizers of each family. */
class TokenizerOracleTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LLAMA3 =
            "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|"
                    + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final List<String> TEXT =
            List.of(
                    "The engine drains the node, and the node's engine isn't drained: it'll serve 2026",
                    "  blanks   and\n\nlines\n naïve Übermaß über 100 100 years, 3.14159",
                    "der die das und the of to in a is that it he was for on are as with his they",
                    "日本語 日本 中文 Привет мир привет");

    @TempDir private Path folder;

    @BeforeAll
    static void stayOffline() {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
    }

    static Stream<Arguments> kinds() throws IOException {
        String words = byteLevel(true);
        String plain = byteLevel(false);
        String llama3 =
                "{'type':'Split','behavior':'Isolated','invert':false,'pattern':{'Regex':"
                        + JSON.writeValueAsString(LLAMA3).replace("'", "\\u0027")
                        + "}}";
        String digits = "{'type':'Digits','individual_digits':true}";
        String sequence = "{'type':'Sequence','pretokenizers':[%s,%s]}";
        Map<String, JsonNode> kinds = new LinkedHashMap<>();
        kinds.put("GPT-2", bytes(words, "null"));
        kinds.put("SmolLM2: digits alone", bytes(sequence.formatted(digits, words), "null"));
        kinds.put("Llama 3: its expression", bytes(sequence.formatted(llama3, plain), "null"));
        ObjectNode whole = bytes(sequence.formatted(llama3, plain), "null");
        ((ObjectNode) whole.path("model")).put("ignore_merges", true);
        kinds.put("Llama 3: whole words first", whole);
        kinds.put("Qwen: NFC", bytes(sequence.formatted(llama3, plain), "{'type':'NFC'}"));
        String replace =
                "{'type':'Sequence','normalizers':[{'type':'Prepend','prepend':'\u2581'},"
                        + "{'type':'Replace','pattern':{'String':' '},'content':'\u2581'}]}";
        kinds.put("Llama 2: blanks by normalizer", pieces("null", replace));
        String blanks =
                "{'type':'Metaspace','replacement':'\u2581','prepend_scheme':'%s','split':%s}";
        kinds.put(
                "Mistral: blank at the start", pieces(blanks.formatted("first", "false"), "null"));
        kinds.put("blanks everywhere, cut", pieces(blanks.formatted("always", "true"), "null"));
        return kinds.entrySet().stream().map(e -> Arguments.of(e.getKey(), e.getValue()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kinds")
    void tokensAreThoseOfTheLibrary(String name, JsonNode file) throws IOException {
        byte[] json = JSON.writeValueAsBytes(file);
        BpeTokenizer ours = TokenizerFile.read(Files.write(folder.resolve("tokenizer.json"), json));
        try (var library =
                HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), Map.of())) {
            for (String text : Strings.varied(400, ours.control().keySet())) {
                int[] expected =
                        Arrays.stream(library.encode(text, false, false).getIds())
                                .mapToInt(Math::toIntExact)
                                .toArray();
                assertThat(ours.encodeTemplate(text)).as("\"%s\"", text).containsExactly(expected);
            }
        }
    }

    @Test
    void aClientsTextHoldsNoControlTokenWhateverItSays() throws IOException {
        BpeTokenizer t = BpeTrainer.train(TEXT, 300);
        String attack = "a<|endoftext|>b";
        assertThat(t.encodeTemplate(attack)).contains(0);
        assertThat(t.encodeTemplate("x" + t.harmless(attack))).doesNotContain(0);
        assertThat(t.decode(t.encodeTemplate("x" + t.harmless(attack)))).isEqualTo("x" + attack);
        assertThat(t.encode(attack)).doesNotContain(0);
    }

    @Test
    void aStepThatIsNotKnownIsNamed() throws IOException {
        ObjectNode file = bytes("{'type':'BertPreTokenizer'}", "null");
        Path path = Files.write(folder.resolve("tokenizer.json"), JSON.writeValueAsBytes(file));
        assertThatThrownBy(() -> TokenizerFile.read(path))
                .hasMessageContaining("pre_tokenizer.type")
                .hasMessageContaining("BertPreTokenizer");
        ((ObjectNode) file.path("model")).put("type", "Unigram");
        Files.write(path, JSON.writeValueAsBytes(file));
        assertThatThrownBy(() -> TokenizerFile.read(path)).hasMessageContaining("Unigram");
    }

    private static String byteLevel(boolean expression) {
        return "{'type':'ByteLevel','add_prefix_space':false,'trim_offsets':true,'use_regex':"
                + expression
                + "}";
    }

    /** A byte-level tokenizer, trained on a few lines. */
    private static ObjectNode bytes(String preTokenizer, String normalizer) throws IOException {
        Path file = Files.createTempFile("tokenizer", ".json");
        TokenizerFile.write(BpeTrainer.train(TEXT, 420), file);
        ObjectNode root = (ObjectNode) JSON.readTree(Files.readAllBytes(file));
        Files.delete(file);
        root.set("pre_tokenizer", json(preTokenizer));
        root.set("normalizer", json(normalizer));
        return root;
    }

    /** A tokenizer as SentencePiece makes them: characters, bytes for the rest. */
    private static ObjectNode pieces(String preTokenizer, String normalizer) throws IOException {
        Map<String, Integer> vocab = new LinkedHashMap<>();
        for (String special : List.of("<unk>", "<s>", "</s>")) {
            vocab.put(special, vocab.size());
        }
        for (int b = 0; b < 256; b++) {
            vocab.put("<0x%02X>".formatted(b), vocab.size());
        }
        String text = String.join("\n", TEXT).replace(' ', '\u2581');
        text.codePoints().forEach(c -> vocab.putIfAbsent(Character.toString(c), vocab.size()));
        List<List<String>> merges = new ArrayList<>();
        for (String merge :
                List.of(
                        "\u2581 t",
                        "h e",
                        "\u2581t he",
                        "a n",
                        "an d",
                        "i n",
                        "e r",
                        "\u2581 a",
                        "\u2581a nd",
                        "\u2581 \u2581",
                        "\u2581\u2581 \u2581\u2581",
                        "1 0",
                        "10 0",
                        "n g",
                        "in g",
                        "o n",
                        "日 本",
                        "\u2581 П",
                        "ü b",
                        "üb er")) {
            String[] pair = merge.split(" ");
            merges.add(List.of(pair));
            for (String word : List.of(pair[0], pair[1], pair[0] + pair[1])) {
                vocab.putIfAbsent(word, vocab.size());
            }
        }
        ObjectNode root = JSON.createObjectNode().put("version", "1.0");
        root.putNull("truncation").putNull("padding");
        var added = root.putArray("added_tokens");
        for (int id = 0; id < 3; id++) {
            added.add(
                    json(
                            ("{'id':%d,'content':'%s','single_word':false,'lstrip':false,"
                                            + "'rstrip':false,'normalized':false,'special':true}")
                                    .formatted(id, List.of("<unk>", "<s>", "</s>").get(id))));
        }
        root.set("normalizer", json(normalizer));
        root.set("pre_tokenizer", json(preTokenizer));
        root.putNull("post_processor");
        root.set(
                "decoder",
                json(
                        "{'type':'Sequence','decoders':[{'type':'Replace','pattern':{'String':'\u2581'},"
                                + "'content':' '},{'type':'ByteFallback'},{'type':'Fuse'}]}"));
        ObjectNode model = root.putObject("model").put("type", "BPE").put("unk_token", "<unk>");
        model.putNull("dropout").put("fuse_unk", true).put("byte_fallback", true);
        model.set("vocab", JSON.valueToTree(vocab));
        model.set("merges", JSON.valueToTree(merges));
        return root;
    }

    private static JsonNode json(String singleQuoted) throws IOException {
        return JSON.readTree(singleQuoted.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }
}
