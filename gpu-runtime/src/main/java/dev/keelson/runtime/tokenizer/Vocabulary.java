package dev.keelson.runtime.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The tokens of a model and what they stand for.
 *
 * @param words token texts by id, in the vocabulary's alphabet
 * @param alphabet how words stand for bytes
 * @param added tokens that are recognised whole in text
 * @param begin tokens before every text
 */
public record Vocabulary(
        List<String> words, Alphabet alphabet, List<AddedToken> added, List<Integer> begin) {
    /** How a word stands for bytes. */
    public enum Alphabet {
        /** A character for each byte, as GPT-2 chose them. */
        BYTES,
        /** SentencePiece: the text itself, U+2581 for a blank, {@code <0x0A>} for a byte. */
        PIECES
    }

    /**
     * A token that is recognised before the text is cut.
     *
     * @param control whether it stands for no text; such a token is recognised only where the text
     *     comes from a template
     * @param takesBefore whether white space before it belongs to it
     * @param takesAfter whether white space after it belongs to it
     */
    public record AddedToken(
            int id, String text, boolean control, boolean takesBefore, boolean takesAfter) {}

    /** U+2581, SentencePiece's blank. */
    public static final char BLANK = '\u2581';

    public Vocabulary {
        words = List.copyOf(words);
        added = List.copyOf(added);
        begin = List.copyOf(begin);
    }

    /** Ids by word. */
    Map<String, Integer> ids() {
        Map<String, Integer> ids = new HashMap<>(2 * words.size());
        for (int id = 0; id < words.size(); id++) {
            ids.putIfAbsent(words.get(id), id);
        }
        return ids;
    }

    /** What every token stands for; nothing for a control token. */
    byte[][] bytes() {
        byte[][] bytes = new byte[words.size()][];
        for (AddedToken token : added) {
            bytes[token.id()] =
                    token.control() ? new byte[0] : token.text().getBytes(StandardCharsets.UTF_8);
        }
        for (int id = 0; id < bytes.length; id++) {
            if (bytes[id] == null) {
                bytes[id] =
                        switch (alphabet) {
                            case BYTES -> ByteAlphabet.bytes(words.get(id));
                            case PIECES -> piece(words.get(id));
                        };
            }
        }
        return bytes;
    }

    private static byte[] piece(String word) {
        int value = byteOf(word);
        return value >= 0
                ? new byte[] {(byte) value}
                : word.replace(BLANK, ' ').getBytes(StandardCharsets.UTF_8);
    }

    /** The byte that {@code <0x0A>} stands for, or -1. */
    static int byteOf(String word) {
        return word.length() == 6 && word.startsWith("<0x") && word.endsWith(">")
                ? hexadecimal(word.substring(3, 5))
                : -1;
    }

    /** The word that stands for a byte. */
    static String byteWord(int value) {
        return String.format(java.util.Locale.ROOT, "<0x%02X>", value);
    }

    private static int hexadecimal(String digits) {
        int high = Character.digit(digits.charAt(0), 16);
        int low = Character.digit(digits.charAt(1), 16);
        return high < 0 || low < 0 ? -1 : high * 16 + low;
    }
}
