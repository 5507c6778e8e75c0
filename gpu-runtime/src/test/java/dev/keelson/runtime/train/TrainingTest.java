package dev.keelson.runtime.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.runtime.djl.LlamaTrainer;
import dev.keelson.runtime.tokenizer.BpeTokenizer;
import dev.keelson.runtime.tokenizer.BpeTrainer;
import dev.keelson.runtime.weights.LlamaConfig;
import dev.keelson.runtime.weights.Rope;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TrainingTest {
    @Test
    void fiftyStepsLowerTheLoss() {
        Corpus corpus = Corpus.build(3, 20_000);
        BpeTokenizer tokenizer = BpeTrainer.train(corpus.training(), 320);
        int[] tokens = TrainMain.tokens(tokenizer, corpus.training());
        var config =
                new LlamaConfig(
                        320, 32, 64, 2, 4, 2, 8, 128, Rope.plain(10_000), 1e-5, true, false, false);
        var random = new Random(3);
        try (var trainer = new LlamaTrainer(config, random, 48)) {
            double first = 0;
            double last = 0;
            for (int step = 0; step < 50; step++) {
                int[][] batch = new int[4][];
                for (int b = 0; b < batch.length; b++) {
                    int at = random.nextInt(tokens.length - 49);
                    batch[b] = Arrays.copyOfRange(tokens, at, at + 49);
                }
                double loss = trainer.step(batch, 3e-3);
                first += step < 5 ? loss / 5 : 0;
                last += step >= 45 ? loss / 5 : 0;
            }
            System.out.printf("50 steps: loss %.3f to %.3f%n", first, last);
            assertThat(last).isLessThan(first - 0.5);
        }
    }

    @Test
    void noLongSentenceOfAHeldOutDocumentOccursInTraining() {
        Corpus corpus = Corpus.build(7, 900_000);
        Set<String> training = new HashSet<>();
        corpus.training().forEach(d -> training.addAll(Corpus.longSentences(d)));
        for (String document : corpus.heldOut()) {
            assertThat(Corpus.longSentences(document))
                    .isNotEmpty()
                    .doesNotContainAnyElementsOf(training);
        }
        int size = corpus.training().stream().mapToInt(String::length).sum();
        assertThat(size).isGreaterThan(300_000);
    }

    @Test
    void theSameSeedGivesTheSameCorpus() {
        assertThat(Corpus.build(5, 50_000)).isEqualTo(Corpus.build(5, 50_000));
    }

    @Test
    void theTrigramPrefersWhatItHasSeen() {
        int[] tokens = new int[400];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = i % 4;
        }
        var trigram = new Trigram(tokens, 4);
        trigram.tune(tokens);
        assertThat(Math.exp(trigram.logProbability(new int[] {1, 2, 3}, 2))).isGreaterThan(0.9);
        assertThat(Math.exp(trigram.logProbability(new int[] {1, 2, 0}, 2))).isLessThan(0.1);
        assertThat(List.of(trigram.weights()[0], trigram.weights()[3]))
                .allMatch(w -> w >= 0 && w <= 1);
    }
}
