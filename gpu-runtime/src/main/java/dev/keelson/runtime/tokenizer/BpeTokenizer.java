package dev.keelson.runtime.tokenizer;

import dev.keelson.runtime.tokenizer.Vocabulary.AddedToken;
import dev.keelson.runtime.tokenizer.Vocabulary.Alphabet;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Byte-pair encoding over bytes (GPT-2, Llama 3, Qwen) or over characters with bytes for those that
 * are in no token (SentencePiece: Llama 2, Mistral). Control tokens decode to nothing and are never
 * recognised in a client's text.
 */
public final class BpeTokenizer {
    /** U+FDD0, in no text: breaks up a control token's name that a client wrote. */
    private static final char BREAK = '\uFDD0';

    private static final int ID_BYTES = 16;

    private final Vocabulary vocabulary;
    private final Normalizer normalizer;
    private final PreTokenizer preTokenizer;
    private final List<Merge> mergeList;
    private final Merges merges;
    private final boolean wholeWordsFirst;
    private final int unknown;
    private final Map<String, Integer> ids;
    private final byte[][] bytes;
    private final int[] byteToken = new int[256];
    private final AddedTokens inText;
    private final AddedTokens inTemplates;
    private final AddedTokens control;
    private final int longest;

    /**
     * @param wholeWordsFirst whether a piece that is a token is taken whole, merges or not
     * @param unknown token for a character that no token holds, or -1 for none
     * @throws IllegalArgumentException if a word is not of the vocabulary's alphabet
     */
    public BpeTokenizer(
            Vocabulary vocabulary,
            Normalizer normalizer,
            PreTokenizer preTokenizer,
            List<Merge> merges,
            boolean wholeWordsFirst,
            int unknown) {
        this.vocabulary = vocabulary;
        this.normalizer = normalizer;
        this.preTokenizer = preTokenizer;
        this.mergeList = List.copyOf(merges);
        this.merges = new Merges(merges);
        this.wholeWordsFirst = wholeWordsFirst;
        this.unknown = unknown;
        ids = vocabulary.ids();
        bytes = vocabulary.bytes();
        longest = Arrays.stream(bytes).mapToInt(b -> b.length).max().orElse(1);
        findByteTokens();
        List<AddedToken> added = vocabulary.added();
        inTemplates = new AddedTokens(added);
        inText = new AddedTokens(added.stream().filter(t -> !t.control()).toList());
        control = new AddedTokens(added.stream().filter(AddedToken::control).toList());
    }

    /** A vocabulary may lack bytes that its training text never held; they are dropped. */
    private void findByteTokens() {
        for (int b = 0; b < 256; b++) {
            boolean words = vocabulary.alphabet() == Alphabet.PIECES;
            byteToken[b] = words ? ids.getOrDefault(Vocabulary.byteWord(b), -1) : -1;
        }
    }

    /** Number of tokens, special ones included. */
    public int size() {
        return bytes.length;
    }

    /** Length in bytes of the longest token: text of n bytes gives at least n / longest tokens. */
    public int longestTokenBytes() {
        return Math.max(1, longest);
    }

    /** The tokens and what they stand for. */
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    /** The rule that cuts text into pieces. */
    public PreTokenizer preTokenizer() {
        return preTokenizer;
    }

    /** The merges, first to last. */
    public List<Merge> merges() {
        return mergeList;
    }

    /** Tokens before every text that is no template's. */
    public int[] begin() {
        return vocabulary.begin().stream().mapToInt(Integer::intValue).toArray();
    }

    /** Control tokens and their ids. */
    public Map<String, Integer> control() {
        Map<String, Integer> tokens = new TreeMap<>();
        vocabulary.added().stream()
                .filter(AddedToken::control)
                .forEach(t -> tokens.put(t.text(), t.id()));
        return tokens;
    }

    /** The same for the same tokens under the same numbers, and for no others. */
    public String fingerprint() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (int id = 0; id < bytes.length; id++) {
                digest.update(vocabulary.words().get(id).getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0xFF); // in no UTF-8 text, so words cannot run together
            }
            return HexFormat.of().formatHex(digest.digest(), 0, ID_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }

    /**
     * The tokens of {@code text}, without {@link #begin()}; control tokens are never recognised
     * inside text, so a client cannot inject them.
     */
    public int[] encode(String text) {
        return encode(text, inText);
    }

    /**
     * The tokens of what a template made: control tokens are recognised, but not where {@link
     * #harmless} touched the text.
     */
    public int[] encodeTemplate(String text) {
        return encode(text, inTemplates);
    }

    /** A client's text as a template may include it: the names of control tokens stay mere text. */
    public String harmless(String text) {
        String plain = text.indexOf(BREAK) < 0 ? text : text.replace(String.valueOf(BREAK), "");
        return control.isIn(plain) ? control.broken(plain, BREAK) : plain;
    }

    private int[] encode(String text, AddedTokens recognised) {
        var tokens = new IntList(text.length() / 2 + 8);
        recognised.split(
                text,
                new AddedTokens.Parts() {
                    @Override
                    public void text(String part, boolean atStart) {
                        String clean = part.replace(String.valueOf(BREAK), "");
                        preTokenizer.split(
                                normalizer.apply(clean), atStart, piece -> encode(piece, tokens));
                    }

                    @Override
                    public void token(int id) {
                        tokens.add(id);
                    }
                });
        return tokens.toArray();
    }

    private void encode(String piece, IntList out) {
        String word =
                vocabulary.alphabet() == Alphabet.BYTES
                        ? ByteAlphabet.word(piece.getBytes(StandardCharsets.UTF_8))
                        : piece;
        if (wholeWordsFirst && ids.containsKey(word)) {
            out.add(ids.get(word));
            return;
        }
        var first = new IntList(word.length());
        word.codePoints().forEach(c -> character(Character.toString(c), first));
        merges.apply(first.toArray(), out);
    }

    private void character(String character, IntList out) {
        Integer id = ids.get(character);
        if (id != null) {
            out.add(id);
            return;
        }
        byte[] raw = character.getBytes(StandardCharsets.UTF_8);
        for (byte b : raw) {
            if (byteToken[b & 0xFF] < 0) {
                if (unknown >= 0) {
                    out.add(unknown);
                }
                return;
            }
        }
        for (byte b : raw) {
            out.add(byteToken[b & 0xFF]);
        }
    }

    /** The bytes that a token stands for; none for a control token. */
    public byte[] bytes(int token) {
        return bytes[token].clone();
    }

    /** The text of {@code tokens}; bytes that are no UTF-8 become U+FFFD. */
    public String decode(int... tokens) {
        var out = new ByteArrayOutputStream(tokens.length * 4);
        for (int token : tokens) {
            out.writeBytes(bytes[token]);
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
