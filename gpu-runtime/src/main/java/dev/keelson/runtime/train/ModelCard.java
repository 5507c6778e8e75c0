package dev.keelson.runtime.train;

import dev.keelson.runtime.djl.LlamaTrainer;
import dev.keelson.runtime.tokenizer.BpeTokenizer;
import java.util.Arrays;
import java.util.Locale;

/**
 * The README of a trained model: what it is, how it was made and how it compares with the trigram.
 */
final class ModelCard {
    private static final String SERVES =
            "A Llama-architecture decoder that Keelson trains itself, so that a fleet serves real tokens with nothing downloaded.";
    private static final String GUESSES =
            "A small decoder that Keelson trains itself to guess for keelson-mini (`--draft-model`); its tokenizer is that model's.";

    private ModelCard() {}

    static String text(
            TrainOptions options,
            int steps,
            double loss,
            double minutes,
            LlamaTrainer trainer,
            BpeTokenizer tokenizer,
            Corpus corpus) {
        int[] training = TrainMain.tokens(tokenizer, corpus.training());
        int[] heldOut = TrainMain.tokens(tokenizer, corpus.heldOut());
        var trigram = new Trigram(training, tokenizer.size());
        trigram.tune(TrainMain.tokens(tokenizer, corpus.validation()));
        boolean draft = options.draftOf() != null;
        int bytes = corpus.training().stream().mapToInt(d -> d.length() + 1).sum();
        return String.format(
                Locale.ROOT,
                """
                # %s

                %s
                It writes small English stories, kitchen notes, voyages and reports about serving fleets; it knows nothing.

                | | |
                |---|---|
                | parameters | %,d (F32) |
                | tokenizer | byte-level BPE, %d tokens, trained on the same text |
                | training text | %,d bytes, %,d tokens, %,d documents: by hand and by a seeded grammar |
                | seed, steps | %d, %d (window 192, batch 8, AdamW, cosine from 3e-3) |
                | training loss at the end | %.3f nats per token |
                | time | %.1f minutes, one thread |
                | held-out perplexity, this model | **%.2f** per token |
                | held-out perplexity, interpolated trigram | %.2f per token (weights %s) |

                Held-out: %d documents, %,d tokens; no sentence of eight or more words of them occurs in training.
                Made by `keelson model train%s --out DIR --seed %d --steps %d`. Licence: Apache-2.0, as the project.
                """,
                draft ? "keelson-mini-draft" : "keelson-mini",
                draft ? GUESSES : SERVES,
                trainer.parameters(),
                tokenizer.size(),
                bytes,
                training.length,
                corpus.training().size(),
                options.seed(),
                steps,
                loss,
                minutes,
                Math.exp(Perplexity.of(trainer::evaluate, heldOut)),
                Math.exp(Perplexity.of(trigram, heldOut)),
                weights(trigram),
                corpus.heldOut().size(),
                heldOut.length,
                draft ? " --draft models/keelson-mini" : "",
                options.seed(),
                options.steps());
    }

    private static String weights(Trigram trigram) {
        return String.join(
                " ",
                Arrays.stream(trigram.weights())
                        .mapToObj(w -> String.format(Locale.ROOT, "%.3f", w))
                        .toList());
    }
}
