package dev.keelson.runtime.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Learns merges from text: the most frequent pair first, ties by the pair's text, so that the same
 * text gives the same tokenizer.
 */
public final class BpeTrainer {
    /** The special token between documents; its id is 0. */
    public static final String END_OF_TEXT = "<|endoftext|>";

    private static final int FIRST_MERGE = 257;

    private static final class Piece {
        int[] tokens;
        final int count;

        Piece(int[] tokens, int count) {
            this.tokens = tokens;
            this.count = count;
        }
    }

    private BpeTrainer() {}

    /**
     * @param documents texts to learn from
     * @param size tokens in the whole vocabulary: one special token, 256 bytes, the rest merges
     */
    public static BpeTokenizer train(List<String> documents, int size) {
        var preTokenizer = PreTokenizer.words();
        List<String> words = new ArrayList<>(List.of(END_OF_TEXT));
        for (int b = 0; b < 256; b++) {
            words.add(String.valueOf(ByteAlphabet.character(b)));
        }
        List<Piece> pieces = pieces(documents, preTokenizer);
        List<Merge> merges = new ArrayList<>();
        while (words.size() < size) {
            Merge merge = mostFrequent(pieces, words);
            if (merge.result() < 0) {
                break;
            }
            words.add(words.get(merge.left()) + words.get(merge.right()));
            merges.add(merge);
            pieces.forEach(p -> p.tokens = apply(p.tokens, merge));
        }
        return new BpeTokenizer(
                new Vocabulary(
                        words,
                        Vocabulary.Alphabet.BYTES,
                        List.of(new Vocabulary.AddedToken(0, END_OF_TEXT, true, false, false)),
                        List.of(0)),
                Normalizer.NONE,
                preTokenizer,
                merges,
                false,
                -1);
    }

    private static List<Piece> pieces(List<String> documents, PreTokenizer preTokenizer) {
        Map<String, Integer> counts = new TreeMap<>();
        documents.forEach(text ->
                preTokenizer.split(text, true, piece -> counts.merge(piece, 1, Integer::sum)));
        List<Piece> pieces = new ArrayList<>();
        counts.forEach((text, count) -> {
            byte[] raw = text.getBytes(StandardCharsets.UTF_8);
            int[] tokens = new int[raw.length];
            for (int i = 0; i < raw.length; i++) {
                tokens[i] = 1 + (raw[i] & 0xFF);
            }
            pieces.add(new Piece(tokens, count));
        });
        return pieces;
    }

    private static Merge mostFrequent(List<Piece> pieces, List<String> words) {
        Map<Long, Integer> counts = new HashMap<>();
        for (Piece piece : pieces) {
            for (int i = 0; i + 1 < piece.tokens.length; i++) {
                counts.merge(
                        ((long) piece.tokens[i] << 32) | piece.tokens[i + 1],
                        piece.count,
                        Integer::sum);
            }
        }
        long best = -1;
        int most = 1;
        for (var entry : counts.entrySet()) {
            int count = entry.getValue();
            if (count > most
                    || (count == most
                            && best >= 0
                            && text(entry.getKey(), words).compareTo(text(best, words)) < 0)) {
                best = entry.getKey();
                most = count;
            }
        }
        return best < 0
                ? new Merge(0, 0, 0, -1)
                : new Merge(
                        words.size() - FIRST_MERGE, (int) (best >>> 32), (int) best, words.size());
    }

    private static String text(long pair, List<String> words) {
        return words.get((int) (pair >>> 32)) + '\n' + words.get((int) pair);
    }

    private static int[] apply(int[] tokens, Merge merge) {
        var merged = new IntList(tokens.length);
        for (int i = 0; i < tokens.length; i++) {
            boolean hit =
                    tokens[i] == merge.left()
                            && i + 1 < tokens.length
                            && tokens[i + 1] == merge.right();
            merged.add(hit ? merge.result() : tokens[i]);
            i += hit ? 1 : 0;
        }
        return merged.toArray();
    }
}
