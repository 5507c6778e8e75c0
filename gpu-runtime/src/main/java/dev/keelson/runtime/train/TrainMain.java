package dev.keelson.runtime.train;

import dev.keelson.runtime.djl.LlamaTrainer;
import dev.keelson.runtime.tokenizer.BpeTokenizer;
import dev.keelson.runtime.tokenizer.BpeTrainer;
import dev.keelson.runtime.tokenizer.IntList;
import dev.keelson.runtime.tokenizer.TokenizerFile;
import dev.keelson.runtime.weights.ConfigFile;
import dev.keelson.runtime.weights.LlamaConfig;
import dev.keelson.runtime.weights.Rope;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;

/**
 * Trains the bundled model from nothing and writes its folder: {@code --out DIR [--seed S] [--steps
 * N] [--budget-minutes M]}; with {@code --adapters MODEL_DIR} adapters of that model instead, with
 * {@code --draft MODEL_DIR} a smaller model that guesses for it.
 */
public final class TrainMain {
    private static final int VOCABULARY = 1024;
    private static final int WINDOW = 192;
    private static final int BATCH = 8;
    static final int GENERATED_CHARACTERS = 900_000;

    /** Tokens; no document of the corpus is longer. */
    static final int LONGEST_DOCUMENT = 1024;

    private static final double PEAK_RATE = 3e-3;
    private static final int WARM_UP = 100;

    /** The shape of keelson-mini: 0.5 million parameters, 2 MB. */
    static final LlamaConfig MINI =
            new LlamaConfig(
                    VOCABULARY,
                    96,
                    256,
                    4,
                    4,
                    2,
                    24,
                    2048,
                    Rope.plain(10_000),
                    1e-5,
                    true,
                    false,
                    false);

    /** Files that do not depend on the training: how conversations are written, where they stop. */
    private static final List<String> FIXED =
            List.of("chat_template.jinja", "tokenizer_config.json", "generation_config.json");

    private TrainMain() {}

    /** Exit code 2 for a wrong argument. */
    public static void main(String[] arguments) throws IOException {
        if (System.getProperty("logback.configurationFile") == null) {
            System.setProperty("logback.configurationFile", "engine-logback.xml");
        }
        TrainOptions options;
        try {
            options = TrainOptions.parse(List.of(arguments));
        } catch (IllegalArgumentException e) {
            System.err.println("model train: " + e.getMessage());
            System.exit(2);
            return;
        }
        if (options.adaptersOf() == null) {
            train(options);
        } else {
            AdapterTraining.run(options.adaptersOf(), options);
        }
    }

    private static void train(TrainOptions options) throws IOException {
        Files.createDirectories(options.out());
        Corpus corpus = Corpus.build(options.seed(), GENERATED_CHARACTERS);
        Path draftOf = options.draftOf();
        BpeTokenizer tokenizer =
                draftOf == null
                        ? BpeTrainer.train(corpus.training(), VOCABULARY)
                        : TokenizerFile.read(draftOf.resolve("tokenizer.json"));
        LlamaConfig shape =
                draftOf == null ? MINI : draft(ConfigFile.read(draftOf.resolve("config.json")));
        int[] training = tokens(tokenizer, corpus.training());
        int[] validation = tokens(tokenizer, corpus.validation());
        long started = System.nanoTime();
        try (var trainer = new LlamaTrainer(shape, new Random(options.seed()), LONGEST_DOCUMENT)) {
            System.out.printf(
                    Locale.ROOT,
                    "%,d parameters, %,d training tokens in %,d documents%n",
                    trainer.parameters(),
                    training.length,
                    corpus.training().size());
            var random = new Random(options.seed() + 1);
            double smooth = 0;
            int step = 0;
            for (; step < options.steps(); step++) {
                double spent = (System.nanoTime() - started) / 60e9;
                double progress =
                        Math.max((double) step / options.steps(), spent / options.budgetMinutes());
                if (progress >= 1) {
                    break;
                }
                double loss = trainer.step(batch(training, random), rate(step, progress));
                smooth = step == 0 ? loss : 0.98 * smooth + 0.02 * loss;
                if (step % 50 == 0) {
                    System.out.printf(
                            Locale.ROOT, "step %d loss %.3f, %.1f min%n", step, smooth, spent);
                }
                if (step % 500 == 0) {
                    double mean = Perplexity.of(trainer::evaluate, validation);
                    System.out.printf(
                            Locale.ROOT,
                            "step %d validation perplexity %.2f%n",
                            step,
                            Math.exp(mean));
                    write(options.out(), shape, tokenizer, trainer);
                }
            }
            write(options.out(), shape, tokenizer, trainer);
            double minutes = (System.nanoTime() - started) / 60e9;
            String card =
                    ModelCard.text(options, step, smooth, minutes, trainer, tokenizer, corpus);
            Files.writeString(options.out().resolve("README.md"), card);
            System.out.println(card);
        }
    }

    /** The shape of a model that guesses for another: one narrow block. */
    private static LlamaConfig draft(LlamaConfig of) {
        return new LlamaConfig(
                of.vocabulary(),
                48,
                128,
                1,
                3,
                1,
                16,
                of.context(),
                Rope.plain(10_000),
                1e-5,
                true,
                false,
                false);
    }

    /** Linear warm-up, then a cosine down to a twentieth. */
    private static double rate(int step, double progress) {
        double warm = Math.min(1, (step + 1.0) / WARM_UP);
        return PEAK_RATE * warm * (0.05 + 0.95 * 0.5 * (1 + Math.cos(Math.PI * progress)));
    }

    static int[][] batch(int[] tokens, Random random) {
        int[][] windows = new int[BATCH][];
        for (int b = 0; b < BATCH; b++) {
            int at = random.nextInt(tokens.length - WINDOW - 1);
            windows[b] = java.util.Arrays.copyOfRange(tokens, at, at + WINDOW + 1);
        }
        return windows;
    }

    /** All documents in a row, each after an end-of-text token. */
    static int[] tokens(BpeTokenizer tokenizer, List<String> documents) {
        var all = new IntList(1 << 16);
        for (String document : documents) {
            all.add(0);
            all.addAll(tokenizer.encode(document));
        }
        all.add(0);
        return all.toArray();
    }

    private static void write(
            Path out, LlamaConfig shape, BpeTokenizer tokenizer, LlamaTrainer trainer)
            throws IOException {
        ConfigFile.write(shape, 0, out.resolve("config.json"));
        TokenizerFile.write(tokenizer, out.resolve("tokenizer.json"));
        trainer.weights().write(out.resolve("model.safetensors"));
        for (String name : FIXED) {
            try (InputStream file = TrainMain.class.getResourceAsStream(name)) {
                Files.write(out.resolve(name), Objects.requireNonNull(file).readAllBytes());
            }
        }
    }
}
