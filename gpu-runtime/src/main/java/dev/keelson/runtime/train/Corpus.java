package dev.keelson.runtime.train;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * The text that the bundled model learns from: documents written by hand and documents of the
 * grammar. No sentence of eight or more words of a held-out or validation document occurs in
 * training.
 *
 * @param validation documents that tune the baseline and choose nothing else
 * @param heldOut documents that both models are judged on
 */
public record Corpus(List<String> training, List<String> validation, List<String> heldOut) {
    private static final int LONG_SENTENCE_WORDS = 8;

    /**
     * Builds the corpus.
     *
     * @param seed of the grammar and of the split
     * @param characters of training text to generate besides the text by hand
     */
    public static Corpus build(long seed, int characters) {
        var random = new Random(seed);
        List<String> hand =
                new ArrayList<>(
                        Arrays.stream(resource("hand.txt").split("\n---\n", -1))
                                .map(String::strip)
                                .toList());
        Collections.shuffle(hand, random);
        var grammar = new Grammar(resource("grammar.txt"));
        List<String> heldOut = new ArrayList<>(hand.subList(0, 2));
        List<String> validation = new ArrayList<>(hand.subList(2, 4));
        for (int i = 0; i < 60; i++) {
            heldOut.add(grammar.document(random));
            validation.add(grammar.document(random));
        }
        Set<String> reserved = new HashSet<>();
        heldOut.forEach(d -> reserved.addAll(longSentences(d)));
        validation.forEach(d -> reserved.addAll(longSentences(d)));
        List<String> training = new ArrayList<>(hand.subList(4, hand.size()));
        for (int size = 0; size < characters; ) {
            String document = grammar.document(random);
            if (Collections.disjoint(longSentences(document), reserved)) {
                training.add(document);
                size += document.length();
            }
        }
        Collections.shuffle(training, random);
        return new Corpus(List.copyOf(training), List.copyOf(validation), List.copyOf(heldOut));
    }

    /** Sentences of at least eight words, in lower case and without punctuation. */
    static Set<String> longSentences(String document) {
        Set<String> sentences = new HashSet<>();
        for (String sentence : document.split("[.!?;:\\n]+", -1)) {
            String plain =
                    sentence.toLowerCase(java.util.Locale.ROOT)
                            .replaceAll("[^\\p{L}\\p{N}]+", " ")
                            .strip();
            if (plain.split(" ", -1).length >= LONG_SENTENCE_WORDS) {
                sentences.add(plain);
            }
        }
        return sentences;
    }

    private static String resource(String name) {
        try (InputStream in = Corpus.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("resource " + name + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
