package dev.keelson.runtime.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.runtime.djl.LlamaTrainer;
import dev.keelson.runtime.tokenizer.BpeTokenizer;
import dev.keelson.runtime.tokenizer.TokenizerFile;
import dev.keelson.runtime.weights.ConfigFile;
import dev.keelson.runtime.weights.LlamaConfig;
import dev.keelson.runtime.weights.LlamaWeights;
import dev.keelson.runtime.weights.SafetensorsFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The committed weights on the documents that their training never saw. */
class BundledPerplexityTest {
    private static final Path MODEL =
            Path.of(System.getProperty("keelson.root", ".."), "models", "keelson-mini");

    @Test
    void theBundledModelPredictsHeldOutTextBetterThanTheTrigram() throws IOException {
        BpeTokenizer tokenizer = TokenizerFile.read(MODEL.resolve("tokenizer.json"));
        LlamaConfig config = ConfigFile.read(MODEL.resolve("config.json"));
        Corpus corpus = Corpus.build(TrainOptions.SEED, TrainMain.GENERATED_CHARACTERS);
        int[] heldOut = TrainMain.tokens(tokenizer, corpus.heldOut());
        var trigram = new Trigram(TrainMain.tokens(tokenizer, corpus.training()), tokenizer.size());
        trigram.tune(TrainMain.tokens(tokenizer, corpus.validation()));
        double baseline = Math.exp(Perplexity.of(trigram, heldOut));
        try (var tensors = SafetensorsFolder.open(MODEL);
                var decoder =
                        new LlamaTrainer(
                                LlamaWeights.read(config, tensors), TrainMain.LONGEST_DOCUMENT)) {
            double model = Math.exp(Perplexity.of(decoder::evaluate, heldOut));
            System.out.printf(
                    Locale.ROOT, "perplexity: model %.2f, trigram %.2f%n", model, baseline);
            assertThat(model).isLessThan(baseline);
        }
    }
}
