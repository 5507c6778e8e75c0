package dev.keelson.runtime.train;

import dev.keelson.runtime.djl.LoraTrainer;
import dev.keelson.runtime.tokenizer.BpeTokenizer;
import dev.keelson.runtime.tokenizer.TokenizerFile;
import dev.keelson.runtime.weights.ConfigFile;
import dev.keelson.runtime.weights.LlamaWeights;
import dev.keelson.runtime.weights.LoraFolder;
import dev.keelson.runtime.weights.SafetensorsFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;

/** Trains an adapter of the bundled model for each {@link Style} and writes their folders. */
final class AdapterTraining {
    private static final int RANK = 8;
    private static final int ALPHA = 16;
    private static final double PEAK_RATE = 5e-3;

    private AdapterTraining() {}

    static void run(Path base, TrainOptions options) throws IOException {
        LlamaWeights weights;
        try (var tensors = SafetensorsFolder.open(base)) {
            weights = LlamaWeights.read(ConfigFile.read(base.resolve("config.json")), tensors);
        }
        BpeTokenizer tokenizer = TokenizerFile.read(base.resolve("tokenizer.json"));
        Corpus corpus = Corpus.build(options.seed(), TrainMain.GENERATED_CHARACTERS);
        String name = String.valueOf(base.getFileName());
        var card = new StringBuilder(heading(name, options));
        for (Style style : Style.values()) {
            String line = train(style, name, weights, tokenizer, corpus, options);
            System.out.print(line);
            card.append(line);
        }
        Files.writeString(options.out().resolve("README.md"), card);
    }

    private static String train(
            Style style,
            String base,
            LlamaWeights weights,
            BpeTokenizer tokenizer,
            Corpus corpus,
            TrainOptions options)
            throws IOException {
        int[] training = TrainMain.tokens(tokenizer, style.of(corpus.training()));
        int[] heldOut = TrainMain.tokens(tokenizer, style.of(corpus.heldOut()));
        var random = new Random(options.seed());
        try (var trainer =
                new LoraTrainer(
                        weights,
                        RANK,
                        (double) ALPHA / RANK,
                        random,
                        2 * TrainMain.LONGEST_DOCUMENT)) {
            double before = Math.exp(Perplexity.of(trainer::evaluate, heldOut)); // B is zero
            double smooth = 0;
            for (int step = 0; step < options.steps(); step++) {
                double rate = PEAK_RATE * (1 - (double) step / options.steps());
                double loss = trainer.step(TrainMain.batch(training, random), rate);
                smooth = step == 0 ? loss : 0.95 * smooth + 0.05 * loss;
                if (step % 50 == 0) {
                    System.out.printf(
                            Locale.ROOT, "%s step %d loss %.3f%n", style.wire(), step, smooth);
                }
            }
            double after = Math.exp(Perplexity.of(trainer::evaluate, heldOut));
            LoraFolder.write(
                    options.out().resolve(style.wire()), base, RANK, ALPHA, trainer.layers());
            return String.format(
                    Locale.ROOT,
                    "| `%s` | %,d | %.2f | **%.2f** |%n",
                    style.wire(),
                    trainer.parameters(),
                    before,
                    after);
        }
    }

    private static String heading(String base, TrainOptions options) {
        return String.format(
                Locale.ROOT,
                """
                # Adapters of %s

                LoRA adapters of rank %d (alpha %d, on q, k, v and o) that write the bundled corpus in another style. Perplexity per token on the held-out
                documents in that style, of the model alone and with the adapter. %d steps of 8 windows of 192 tokens, AdamW without decay, 5e-3 falling
                to 0, seed %d. Made by `keelson model train --adapters models/%s --out DIR --seed %d --steps %d`. Licence: Apache-2.0, as the project.

                | adapter | parameters | model alone | with it |
                |---|---|---|---|
                """,
                base,
                RANK,
                ALPHA,
                options.steps(),
                options.seed(),
                base,
                options.seed(),
                options.steps());
    }
}
