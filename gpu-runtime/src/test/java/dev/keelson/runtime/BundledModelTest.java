package dev.keelson.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.runtime.tokenizer.BpeTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class BundledModelTest {
    private static final Path FOLDER =
            Path.of(System.getProperty("keelson.root", ".."), "models", "keelson-mini");

    @Test
    void theBundledModelLoadsAndIsSmall() throws IOException {
        LoadedModel model = LoadedModel.read(FOLDER);
        assertThat(Files.size(FOLDER.resolve("model.safetensors"))).isLessThanOrEqualTo(4 << 20);
        assertThat(model.config().context()).isGreaterThanOrEqualTo(2048);
        assertThat(model.tokenizer().size()).isBetween(512, 1024);
        BpeTokenizer tokenizer = model.tokenizer();
        String text = "Ein Schiff — Ω 船 🚢 \u0000 naïve";
        assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
    }

    @Test
    void itsDraftKnowsTheSameTokens() throws IOException {
        Path models = Path.of(System.getProperty("keelson.root", ".."), "models");
        LoadedModel model = LoadedModel.read(models.resolve("keelson-mini"));
        Path draft = models.resolve("keelson-mini-draft");
        LoadedModel small = LoadedModel.read(draft);
        model.requireDraft(small, draft, model.config().context());
        assertThat(small.config().layers()).isLessThan(model.config().layers());
    }
}
