package dev.keelson.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.keelson.runtime.format.GgufFile;
import dev.keelson.runtime.format.ModelFileException;
import dev.keelson.runtime.testing.Strings;
import dev.keelson.runtime.testing.TinyModels;
import dev.keelson.runtime.tokenizer.BpeTokenizer;
import dev.keelson.runtime.tokenizer.BpeTrainer;
import dev.keelson.runtime.tokenizer.GgufTokenizer;
import dev.keelson.runtime.weights.GgufModel;
import dev.keelson.runtime.weights.GgufWriter;
import dev.keelson.runtime.weights.LlamaConfig;
import dev.keelson.runtime.weights.LlamaWeights;
import dev.keelson.runtime.weights.Rope;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class GgufTest {
    private static final BpeTokenizer TOKENIZER =
            BpeTrainer.train(List.of("the node and the engine, the drain"), 290);

    @TempDir private Path folder;

    private static Map<String, Object> metadata() {
        Map<String, Object> metadata = GgufTokenizer.metadata(TOKENIZER);
        metadata.put("tokenizer.ggml.eos_token_id", 0);
        return metadata;
    }

    static Stream<Arguments> family() {
        return TinyModels.family().entrySet().stream()
                .filter(e -> e.getValue().rope().scaling() instanceof Rope.Unscaled)
                .map(e -> Arguments.of(e.getKey(), e.getValue()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("family")
    void aModelReadsBackWithTheSameShapeWeightsAndTokens(String name, LlamaConfig config)
            throws IOException {
        LlamaWeights weights = TinyModels.weights(config, 5);
        Path file = GgufWriter.write(weights, metadata(), folder.resolve("m.gguf"));
        LoadedModel read = LoadedModel.read(file);
        assertThat(read.config().rope()).isEqualTo(config.rope());
        assertThat(read.config().keyValueHeads()).isEqualTo(config.keyValueHeads());
        assertThat(read.config().tied()).isEqualTo(config.tied());
        weights.named()
                .forEach((tensor, expected) ->
                        assertThat(
                                        java.util.Objects.requireNonNull(
                                                        read.weights().named().get(tensor))
                                                .values())
                                .as(tensor)
                                .containsExactly(expected.values()));
        for (String text : Strings.varied(200, List.of())) {
            assertThat(read.tokenizer().encode(text)).containsExactly(TOKENIZER.encode(text));
        }
        assertThat(read.tokenizer().begin()).containsExactly(0);
        assertThat(read.endTokens()).containsExactly(0);
        assertThat(read.tokenizer().fingerprint()).isEqualTo(TOKENIZER.fingerprint());
    }

    @Test
    void quantisedBlocksAreScaledAsGgmlDoes() throws IOException {
        // One row of 32: the low halves of the bytes come first.
        ByteBuffer q8 = ByteBuffer.allocate(34).order(ByteOrder.LITTLE_ENDIAN);
        q8.putShort(Float.floatToFloat16(0.5f));
        ByteBuffer q40 = ByteBuffer.allocate(18).order(ByteOrder.LITTLE_ENDIAN);
        q40.putShort(Float.floatToFloat16(2));
        ByteBuffer q41 = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN);
        q41.putShort(Float.floatToFloat16(2)).putShort(Float.floatToFloat16(-1));
        for (int i = 0; i < 16; i++) {
            q40.put((byte) (i | (15 - i) << 4));
            q41.put((byte) (i | (15 - i) << 4));
        }
        for (int i = 0; i < 32; i++) {
            q8.put((byte) (i - 16));
        }
        float[] eight = new float[32];
        float[] four = new float[32];
        float[] fourWithLeast = new float[32];
        for (int i = 0; i < 32; i++) {
            int nibble = i < 16 ? i : 31 - i;
            eight[i] = (i - 16) * 0.5f;
            four[i] = (nibble - 8) * 2;
            fourWithLeast[i] = nibble * 2 - 1;
        }
        assertThat(row(8, q8.array())).containsExactly(eight);
        assertThat(row(2, q40.array())).containsExactly(four);
        assertThat(row(3, q41.array())).containsExactly(fourWithLeast);
    }

    /** The final norm, whose 32 values are given as a quantised row. */
    private float[] row(int type, byte[] bytes) throws IOException {
        LlamaConfig c =
                new LlamaConfig(
                        290, 32, 32, 1, 4, 2, 8, 64, Rope.plain(10_000), 1e-5, true, false, false);
        Path file =
                GgufWriter.write(TinyModels.weights(c, 1), metadata(), folder.resolve("q.gguf"));
        try (GgufFile plain = GgufFile.open(file)) {
            var gguf = new GgufWriter();
            Map<String, Object> metadata = new LinkedHashMap<>(plain.metadata());
            metadata.forEach((key, value) -> gguf.put(key, written(value)));
            plain.entries()
                    .forEach((name, e) -> {
                        boolean it = name.equals("output_norm.weight");
                        long[] shape = e.shape().stream().mapToLong(Long::longValue).toArray();
                        try {
                            long n = e.shape().stream().reduce(4L, (a, b) -> a * b);
                            byte[] row =
                                    it
                                            ? bytes
                                            : plain.bytes(e, n)
                                                    .toArray(
                                                            java.lang.foreign.ValueLayout
                                                                    .JAVA_BYTE);
                            gguf.tensor(name, it ? type : 0, shape, row.length, () -> row);
                        } catch (ModelFileException x) {
                            throw new IllegalStateException(x);
                        }
                    });
            gguf.write(folder.resolve("r.gguf"));
        }
        return LoadedModel.read(folder.resolve("r.gguf")).weights().norm().values();
    }

    private static Object written(Object value) {
        return switch (value) {
            case Long l -> l.intValue();
            case Double d -> d.floatValue();
            case List<?> list -> list.stream().map(GgufTest::written).toList();
            default -> value;
        };
    }

    @Test
    void sentencePieceTokensJoinByScore() throws IOException {
        List<String> words = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
        List<Integer> types = new ArrayList<>(List.of(2, 3, 3));
        List<Float> scores = new ArrayList<>(List.of(0f, 0f, 0f));
        for (int b = 0; b < 256; b++) {
            words.add("<0x%02X>".formatted(b));
            types.add(6);
            scores.add(0f);
        }
        for (String word : List.of("\u2581", "a", "b", "ab", "\u2581a", "ba", "aba")) {
            words.add(word);
            types.add(1);
            scores.add(-(float) words.size());
        }
        Map<String, Object> m = new LinkedHashMap<>();
        m.put("tokenizer.ggml.model", "llama");
        m.put("tokenizer.ggml.tokens", words);
        m.put("tokenizer.ggml.token_type", types);
        m.put("tokenizer.ggml.scores", scores);
        m.put("tokenizer.ggml.bos_token_id", 1);
        m.put("tokenizer.ggml.eos_token_id", 2);
        var gguf = new GgufWriter();
        m.forEach(gguf::put);
        Path file = gguf.write(folder.resolve("s.gguf"));
        try (GgufFile opened = GgufFile.open(file)) {
            BpeTokenizer t = GgufTokenizer.read(opened);
            // "ab" has the best score of the pairs, so the blank stays alone; then "aba".
            assertThat(texts(t, t.encode("aba"))).containsExactly("\u2581", "aba");
            assertThat(texts(t, t.encode("b a"))).containsExactly("\u2581", "b", "\u2581a");
            assertThat(texts(t, t.encode("é"))).containsExactly("\u2581", "<0xC3>", "<0xA9>");
            assertThat(t.decode(t.encode("é a"))).isEqualTo(" é a");
            assertThat(t.begin()).containsExactly(1);
        }
    }

    private static List<String> texts(BpeTokenizer t, int... tokens) {
        List<String> texts = new ArrayList<>();
        for (int token : tokens) {
            texts.add(t.vocabulary().words().get(token));
        }
        return texts;
    }

    @Test
    void whatIsNotServedIsNamed() throws IOException {
        Path file =
                new GgufWriter()
                        .put("general.architecture", "mamba")
                        .write(folder.resolve("x.gguf"));
        assertThatThrownBy(() -> LoadedModel.read(file))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("general.architecture")
                .hasMessageContaining("mamba");
    }

    @Test
    void frequenciesOfTheFileAreDividedByItsDivisors() throws IOException {
        LlamaConfig c =
                new LlamaConfig(
                        290, 32, 32, 1, 4, 2, 8, 64, Rope.plain(10_000), 1e-5, true, false, false);
        var gguf =
                new GgufWriter()
                        .put("general.architecture", "llama")
                        .put("llama.context_length", 64)
                        .put("llama.embedding_length", c.hidden())
                        .put("llama.feed_forward_length", c.feedForward())
                        .put("llama.block_count", 1)
                        .put("llama.attention.head_count", 4)
                        .tensor(
                                "token_embd.weight",
                                0,
                                new long[] {290, 32},
                                37_120,
                                () -> new byte[37_120])
                        .tensor(
                                "rope_freqs.weight",
                                0,
                                new long[] {4},
                                16,
                                () -> GgufWriter.floats(1, 2, 4, 8));
        Path file = gguf.write(folder.resolve("f.gguf"));
        try (GgufFile opened = GgufFile.open(file)) {
            double[] plain = Rope.plain(10_000).frequencies(8);
            assertThat(GgufModel.config(opened).rope().frequencies(8))
                    .containsExactly(
                            new double[] {plain[0], plain[1] / 2, plain[2] / 4, plain[3] / 8},
                            within(1e-12));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    @Timeout(60)
    void aDamagedFileIsReadOrRefusedByName(long seed) throws IOException {
        LlamaConfig c = TinyModels.family().values().iterator().next();
        Path file =
                GgufWriter.write(TinyModels.weights(c, 1), metadata(), folder.resolve("d.gguf"));
        byte[] whole = Files.readAllBytes(file);
        var random = new Random(seed);
        for (int i = 0; i < 120; i++) {
            byte[] damaged = whole.clone();
            for (int change = random.nextInt(4); change >= 0; change--) {
                // Mostly the header, where counts and types stand.
                int at = random.nextInt(random.nextInt(4) > 0 ? 12_000 : whole.length);
                damaged[at] = (byte) (random.nextBoolean() ? random.nextInt(256) : 0xFF);
            }
            int length = random.nextInt(5) == 0 ? random.nextInt(whole.length) : whole.length;
            Files.write(file, java.util.Arrays.copyOf(damaged, length));
            try {
                LoadedModel.read(file);
            } catch (ModelFileException e) {
                assertThat(e).hasMessageStartingWith(file.toString());
            }
        }
    }
}
