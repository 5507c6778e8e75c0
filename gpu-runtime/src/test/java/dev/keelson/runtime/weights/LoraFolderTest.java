package dev.keelson.runtime.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.runtime.format.ModelFileException;
import dev.keelson.runtime.testing.TinyModels;
import dev.keelson.runtime.weights.LoraAdapter.Pair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoraFolderTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final LlamaConfig MODEL = TinyModels.config("grouped heads, tied");
    private static final String FIRST_A =
            "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight";

    @TempDir private Path folder;

    private final LoraAdapter given =
            TinyModels.adapter(MODEL, 4, 1, Projection.QUERY, Projection.VALUE, Projection.DOWN);

    @BeforeEach
    void write() throws IOException {
        LoraFolder.write(folder, "tiny", 4, 8, given.layers());
    }

    @Test
    void whatIsWrittenIsReadWithItsScaleInB() throws IOException {
        LoraAdapter read = LoraFolder.read(folder, MODEL, 16);
        assertThat(read.rank()).isEqualTo(4);
        assertThat(read.fingerprint()).hasSize(64);
        for (int l = 0; l < read.layers().size(); l++) {
            assertThat(read.layers().get(l).keySet()).isEqualTo(given.layers().get(l).keySet());
            Pair pair = pair(read, l, Projection.DOWN);
            Pair was = pair(given, l, Projection.DOWN);
            assertThat(pair.a().values()).containsExactly(was.a().values());
            for (int i = 0; i < pair.b().values().length; i++) {
                assertThat(pair.b().values()[i]).isEqualTo(2 * was.b().values()[i]);
            }
        }
    }

    @Test
    void rankStabilisedScalesByTheRoot() throws IOException {
        change("use_rslora", "true");
        LoraAdapter read = LoraFolder.read(folder, MODEL, 16);
        assertThat(pair(read, 1, Projection.QUERY).b().values()[5])
                .isEqualTo(4 * pair(given, 1, Projection.QUERY).b().values()[5]);
    }

    @Test
    void onlySomeLayersMayBeAdapted() throws IOException {
        Map<String, Tensor> tensors = tensors();
        tensors.keySet().removeIf(name -> name.contains("layers.0"));
        Safetensors.write(folder.resolve("adapter_model.safetensors"), tensors);
        change("layers_to_transform", "[1]");
        LoraAdapter read = LoraFolder.read(folder, MODEL, 16);
        assertThat(read.layers().get(0)).isEmpty();
        assertThat(read.layers().get(1)).hasSize(3);
    }

    @Test
    void otherContentsHaveAnotherFingerprint() throws IOException {
        String before = LoraFolder.read(folder, MODEL, 16).fingerprint();
        assertThat(LoraFolder.read(folder, MODEL, 16).fingerprint()).isEqualTo(before);
        change("lora_alpha", "9");
        assertThat(LoraFolder.read(folder, MODEL, 16).fingerprint()).isNotEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "peft_type | \"IA3\" | LORA",
                "task_type | \"SEQ_CLS\" | SEQ_CLS",
                "r | 0 | whole number",
                "r | 17 | over max_lora_rank 16",
                "lora_alpha | null | positive",
                "use_dora | true | DoRA",
                "bias | \"all\" | trained bias",
                "lora_bias | true | bias of the adapter",
                "modules_to_save | [\"lm_head\"] | trained in full",
                "rank_pattern | {\"q_proj\":2} | rank for each module",
                "target_modules | \"all-linear\" | pattern",
                "target_modules | [\"q_proj\",\"lm_head\"] | lm_head",
                "target_modules | [] | list of modules",
                "layers_to_transform | [7] | layers from 0 to 1",
                "init_lora_weights | \"pissa_niter_4\" | changed base weights",
            })
    void whatIsNotServedIsRefusedByItsFieldAndName(String field, String value, String why)
            throws IOException {
        change(field, value);
        assertThatThrownBy(() -> LoraFolder.read(folder, MODEL, 16))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("adapter_config.json: " + field)
                .hasMessageContaining(why);
    }

    @Test
    void aTensorThatIsMissingStrangeOrOfAnotherShapeIsNamed() throws IOException {
        Path file = folder.resolve("adapter_model.safetensors");
        Map<String, Tensor> tensors = tensors();
        Tensor first = Objects.requireNonNull(tensors.remove(FIRST_A));
        Safetensors.write(file, tensors);
        assertThatThrownBy(() -> LoraFolder.read(folder, MODEL, 16))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining(FIRST_A);
        tensors.put(FIRST_A, new Tensor(new long[] {2, 80}, first.values()));
        Safetensors.write(file, tensors);
        assertThatThrownBy(() -> LoraFolder.read(folder, MODEL, 16))
                .hasMessageContaining(FIRST_A + " is [2, 80]");
        tensors.put(FIRST_A, first);
        tensors.put("base_model.model.lm_head.lora_A.weight", first);
        Safetensors.write(file, tensors);
        assertThatThrownBy(() -> LoraFolder.read(folder, MODEL, 16))
                .hasMessageContaining("lm_head.lora_A.weight belongs to no layer and module");
    }

    @Test
    void pickledWeightsAreRefusedByName() throws IOException {
        Files.move(
                folder.resolve("adapter_model.safetensors"), folder.resolve("adapter_model.bin"));
        assertThatThrownBy(() -> LoraFolder.read(folder, MODEL, 16))
                .hasMessageContaining("adapter_model.bin: pickled weights are not supported");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bullets", "lowercase", "polite"})
    void theBundledAdaptersFitTheBundledModel(String name) throws IOException {
        Path models = Path.of(System.getProperty("keelson.root", ".."), "models");
        LlamaConfig mini = ConfigFile.read(models.resolve("keelson-mini/config.json"));
        LoraAdapter read =
                LoraFolder.read(models.resolve("keelson-mini-adapters").resolve(name), mini, 16);
        assertThat(read.rank()).isEqualTo(8);
        assertThat(read.layers()).hasSize(4).allMatch(layer -> layer.size() == 4);
    }

    private static Pair pair(LoraAdapter adapter, int layer, Projection projection) {
        return Objects.requireNonNull(adapter.layers().get(layer).get(projection));
    }

    private Map<String, Tensor> tensors() throws IOException {
        Map<String, Tensor> all = new TreeMap<>();
        try (var file = Safetensors.open(folder.resolve("adapter_model.safetensors"))) {
            for (String name : file.names()) {
                all.put(name, file.read(name));
            }
        }
        return all;
    }

    private void change(String field, String value) throws IOException {
        Path file = folder.resolve("adapter_config.json");
        ObjectNode config = (ObjectNode) JSON.readTree(Files.readString(file));
        config.set(field, JSON.readTree(value));
        Files.writeString(file, config.toString());
    }
}
