package dev.keelson.runtime.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.runtime.format.ModelFileException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFetchTest {
    private static final Path BUNDLED =
            Path.of(System.getProperty("keelson.root", ".."), "models", "keelson-mini");
    private static final HubName TINY = HubName.parse("hf:team/tiny");

    @TempDir private Path root;
    private final LocalHub hub = new LocalHub();
    private final List<Duration> pauses = new ArrayList<>();

    @BeforeEach
    void put() throws IOException {
        for (String name : List.of("config.json", "tokenizer.json", "model.safetensors")) {
            hub.files.put(name, Files.readAllBytes(BUNDLED.resolve(name)));
        }
        hub.files.put("README.md", bytes("nobody asks for this"));
    }

    @AfterEach
    void close() {
        hub.close();
    }

    @Test
    void aModelComesWholeAndOnce() throws Exception {
        Path folder = fetch(TINY);

        for (String name : List.of("config.json", "tokenizer.json", "model.safetensors")) {
            assertThat(folder.resolve(name)).hasBinaryContent(hub.files.get(name));
        }
        assertThat(folder.resolve("README.md")).doesNotExist();
        assertThat(hub.requests).hasSize(7);
        assertThat(fetch(TINY)).isEqualTo(folder);
        assertThat(hub.requests).hasSize(8);
    }

    @Test
    void theTokenGoesToTheHubAlone() throws Exception {
        fetch(TINY);

        assertThat(hub.requests)
                .filteredOn(request -> request.startsWith("hub"))
                .allMatch(request -> request.endsWith("Bearer secret"));
        assertThat(hub.requests)
                .filteredOn(request -> request.startsWith("storage"))
                .isNotEmpty()
                .allMatch(request -> request.endsWith("null"));
    }

    @Test
    void aDownloadThatWasCutGoesOnWhereItEnded() throws Exception {
        hub.cuts.put("model.safetensors", 300_000);

        Path folder = fetch(TINY);

        assertThat(folder.resolve("model.safetensors"))
                .hasBinaryContent(hub.files.get("model.safetensors"));
        assertThat(hub.requests.getLast())
                .contains("storage")
                .containsPattern("bytes=[1-9]\\d+- null");
        assertThat(pauses).hasSize(1);
    }

    @Test
    void wrongBytesAreNeverServed() {
        hub.forged.add("model.safetensors");

        assertThatThrownBy(() -> fetch(TINY))
                .isInstanceOf(HubException.class)
                .hasMessageContaining("model.safetensors: its checksum is");
        assertThat(root.resolve("team--tiny").resolve(LocalHub.COMMIT))
                .isDirectoryNotContaining("glob:**/model.safetensors*");
    }

    @Test
    void anUnsupportedModelIsRefusedBeforeItsWeightsCome() {
        String config = new String(hub.files.get("config.json"), StandardCharsets.UTF_8);
        hub.files.put("config.json", bytes(config.replace("\"llama\"", "\"gemma\"")));

        assertThatThrownBy(() -> fetch(TINY))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("gemma");
        assertThat(hub.requests).noneMatch(request -> request.contains("safetensors"));
    }

    @Test
    void shardsComeAsTheIndexNamesThem() throws Exception {
        byte[] weights = hub.files.remove("model.safetensors");
        hub.files.put("model-00001-of-00001.safetensors", weights);
        hub.files.put(
                "model.safetensors.index.json",
                bytes("{\"weight_map\":{\"t\":\"model-00001-of-00001.safetensors\"}}"));

        assertThat(fetch(TINY).resolve("model-00001-of-00001.safetensors"))
                .hasBinaryContent(weights);
    }

    @Test
    void namesThatLeaveTheFolderAreNotAskedFor() throws Exception {
        hub.files.put("../../escaped.gguf", bytes("x"));
        hub.files.remove("model.safetensors");

        assertThatThrownBy(() -> fetch(TINY))
                .isInstanceOf(HubException.class)
                .hasMessageContaining("no weights that are served");
    }

    @Test
    void withoutTheHubAnEarlierDownloadServes() throws Exception {
        Path folder = fetch(TINY);
        hub.close();

        assertThat(fetch(TINY)).isEqualTo(folder);
        assertThatThrownBy(() -> fetch(HubName.parse("hf:team/other")))
                .hasMessageContaining("no earlier download");
    }

    @Test
    void aHubThatIsBusyIsAskedAgain() throws Exception {
        hub.failures.addAll(List.of(503, 429));

        fetch(TINY);

        assertThat(pauses).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2));
    }

    @Test
    void whatIsNotThereIsSaid() {
        assertThatThrownBy(() -> fetch(HubName.parse("hf:team/missing@v1")))
                .isInstanceOf(HubException.class)
                .hasMessageContaining("hf:team/missing@v1");
        hub.failures.add(401);
        assertThatThrownBy(() -> fetch(TINY)).hasMessageContaining("HF_TOKEN");
        assertThatThrownBy(() -> HubName.parse("hf:../x")).hasMessageContaining("hf:../x");
    }

    private Path fetch(HubName model) throws IOException, InterruptedException {
        try (var client = new HubClient(hub.uri(), "secret", Duration.ofSeconds(10), pauses::add)) {
            return new ModelFetch(client, root, (file, done, total) -> {}).fetch(model);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
