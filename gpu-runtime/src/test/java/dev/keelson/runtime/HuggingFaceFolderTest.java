package dev.keelson.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.runtime.format.ModelFileException;
import dev.keelson.runtime.testing.TinyModels;
import dev.keelson.runtime.tokenizer.BpeTrainer;
import dev.keelson.runtime.tokenizer.TokenizerFile;
import dev.keelson.runtime.weights.ConfigFile;
import dev.keelson.runtime.weights.LlamaConfig;
import dev.keelson.runtime.weights.LlamaWeights;
import dev.keelson.runtime.weights.Rope;
import dev.keelson.runtime.weights.Safetensors;
import dev.keelson.runtime.weights.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class HuggingFaceFolderTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final LlamaConfig PLAIN =
            Objects.requireNonNull(TinyModels.family().get("grouped heads, tied"));

    private static final byte[] NOISE =
            "{}[]\",:0123456789-e.x\u0000\u007f".getBytes(StandardCharsets.US_ASCII);
    private static final double[] LLAMA3 = {
        1.0,
        0.193922744749,
        0.0376060309309,
        0.00729266473722,
        0.000524846160993,
        3.42810219595e-05,
        6.64786987118e-06,
        1.28917317215e-06
    };
    private static final double[] YARN = {
        1.0,
        0.316227766017,
        0.1,
        0.0256935059889,
        0.00625,
        0.00138349647632,
        0.00025,
        7.90569415042e-05
    };

    @TempDir private Path folder;

    static Stream<Arguments> family() {
        return TinyModels.family().entrySet().stream()
                .filter(e -> e.getValue().rope().scaling() instanceof Rope.Unscaled)
                .filter(e -> !e.getValue().projectionBias() || !e.getValue().headNorm())
                .map(e -> Arguments.of(e.getKey(), e.getValue()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("family")
    void aModelReadsBackWithTheSameShapeAndWeights(String name, LlamaConfig config)
            throws IOException {
        LlamaWeights weights = write(config);
        LoadedModel read = LoadedModel.read(folder);
        assertThat(read.config()).isEqualTo(config);
        assertSame(read.weights(), weights);
        assertThat(read.endTokens()).containsExactly(0);
    }

    @Test
    void aModelInShardsIsTheSameModel() throws IOException {
        LlamaWeights weights = write(PLAIN);
        Files.delete(folder.resolve("model.safetensors"));
        List<Map<String, Tensor>> shards = List.of(new LinkedHashMap<>(), new LinkedHashMap<>());
        ObjectNode index = JSON.createObjectNode();
        ObjectNode map = index.putObject("weight_map");
        weights.named()
                .forEach((name, tensor) -> {
                    int shard = map.size() % 2;
                    shards.get(shard).put(name, tensor);
                    map.put(name, "model-%05d-of-00002.safetensors".formatted(shard + 1));
                });
        for (int shard = 0; shard < 2; shard++) {
            String name = "model-%05d-of-00002.safetensors".formatted(shard + 1);
            Safetensors.write(folder.resolve(name), shards.get(shard));
        }
        Path file = folder.resolve("model.safetensors.index.json");
        Files.write(file, JSON.writeValueAsBytes(index));
        assertSame(LoadedModel.read(folder).weights(), weights);
        map.put("model.norm.weight", "../model-00001-of-00002.safetensors");
        Files.write(file, JSON.writeValueAsBytes(index));
        assertThatThrownBy(() -> LoadedModel.read(folder))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("weight_map.model.norm.weight");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "model_type | \"mamba\" | model_type is \"mamba\"",
                "hidden_act | \"gelu\" | hidden_act: the activation gelu is not supported",
                "mlp_bias | true | mlp_bias: a bias in the feed-forward layers is not supported",
                "quantization_config | {\"quant_method\":\"gptq\"} | quantisation by gptq is not supported",
                "rope_scaling | {\"rope_type\":\"dynamic\",\"factor\":2} | rotary scaling of type dynamic is not supported",
                "partial_rotary_factor | 0.5 | rotation of a part of each head is not supported",
                "hidden_size | \"40\" | hidden_size must be a whole number from 1 to 1048576, not \"40\"",
                "num_hidden_layers | 3 | tensor model.layers.2.input_layernorm.weight",
                "num_hidden_layers | 1 | tensor model.layers.1.input_layernorm.weight belongs to no part",
                "vocab_size | 100 | tensor model.embed_tokens.weight is [300, 40]",
            })
    void whatIsNotServedOrWrongIsNamed(String field, String value, String message)
            throws IOException {
        write(PLAIN);
        Path file = folder.resolve("config.json");
        ObjectNode config = (ObjectNode) JSON.readTree(Files.readAllBytes(file));
        config.set(field, JSON.readTree(value));
        Files.write(file, JSON.writeValueAsBytes(config));
        assertThatThrownBy(() -> LoadedModel.read(folder))
                .isInstanceOf(ModelFileException.class)
                .hasMessageStartingWith(folder.toString())
                .hasMessageContaining(message);
    }

    @Test
    void scaledFrequenciesAreThoseOfTransformers() throws IOException {
        // Computed from the formulas of transformers' modeling_rope_utils by another program.
        assertThat(
                        rope(
                                        "{\"rope_type\":\"llama3\",\"factor\":8,\"low_freq_factor\":1,"
                                                + "\"high_freq_factor\":4,\"original_max_position_embeddings\":8192}",
                                        500_000)
                                .frequencies(16))
                .containsExactly(LLAMA3, within(1e-9));
        Rope yarn =
                rope(
                        "{\"type\":\"yarn\",\"factor\":4,\"original_max_position_embeddings\":4096}",
                        10_000);
        assertThat(yarn.frequencies(16)).containsExactly(YARN, within(1e-9));
        assertThat(yarn.magnitude()).isCloseTo(1.13862943611, within(1e-9));
        assertThat(rope("{\"rope_type\":\"linear\",\"factor\":4}", 10_000).frequencies(4))
                .containsExactly(new double[] {0.25, 0.0025}, within(1e-12));
    }

    private Rope rope(String scaling, double base) throws IOException {
        write(PLAIN);
        Path file = folder.resolve("config.json");
        ObjectNode config = (ObjectNode) JSON.readTree(Files.readAllBytes(file));
        config.set("rope_scaling", JSON.readTree(scaling));
        config.put("rope_theta", base);
        Files.write(file, JSON.writeValueAsBytes(config));
        return ConfigFile.read(file).rope();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "config.json",
                "tokenizer.json",
                "model.safetensors",
                "tokenizer_config.json"
            })
    @Timeout(60)
    void aDamagedFileIsReadOrRefusedByName(String name) throws IOException {
        write(PLAIN);
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                "{\"chat_template\":\"{{ messages[0].content }}\",\"bos_token\":{\"content\":\"<s>\"}}");
        Path file = folder.resolve(name);
        byte[] whole = Files.readAllBytes(file);
        var random = new Random(5);
        for (int i = 0; i < 150; i++) {
            byte[] damaged = whole.clone();
            for (int change = random.nextInt(4); change >= 0; change--) {
                int at = random.nextInt(Math.min(whole.length, 4000));
                damaged[at] = NOISE[random.nextInt(NOISE.length)];
            }
            int length = random.nextInt(5) == 0 ? random.nextInt(whole.length) : whole.length;
            Files.write(file, Arrays.copyOf(damaged, length));
            try {
                LoadedModel.read(folder);
            } catch (ModelFileException e) {
                assertThat(e).hasMessageStartingWith(folder.toString());
            }
        }
    }

    private LlamaWeights write(LlamaConfig config) throws IOException {
        LlamaWeights weights = TinyModels.weights(config, 3);
        ConfigFile.write(config, 0, folder.resolve("config.json"));
        TokenizerFile.write(
                BpeTrainer.train(List.of("the node and the engine"), 280),
                folder.resolve("tokenizer.json"));
        weights.write(folder.resolve("model.safetensors"));
        return weights;
    }

    private static void assertSame(LlamaWeights read, LlamaWeights expected) {
        Map<String, Tensor> tensors = read.named();
        assertThat(tensors.keySet()).isEqualTo(expected.named().keySet());
        expected.named()
                .forEach((name, tensor) ->
                        assertThat(Objects.requireNonNull(tensors.get(name)).values())
                                .as(name)
                                .containsExactly(tensor.values()));
    }
}
