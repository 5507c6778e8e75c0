package dev.keelson.runtime.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * Byte-level byte-pair encoding. Every byte is a token, so any UTF-8 text comes back unchanged;
 * special tokens decode to nothing.
 */
public final class BpeTokenizer {
    /** Two neighbouring tokens that become one; a lower rank merges first. */
    public record Merge(int left, int right, int result) {}

    private record Ranked(int rank, int at, int left, int right, int result) {}

    private final byte[][] bytes;
    private final List<String> words;
    private final Map<String, Integer> special;
    private final Map<Long, Ranked> merges = new HashMap<>();
    private final List<Merge> mergeList;
    private final int[] byteToken = new int[256];
    private final PreTokenizer preTokenizer;
    private final int longest;

    /**
     * @param words token texts in the byte alphabet by id; special tokens as they are written
     * @param special texts of the special tokens and their ids
     */
    public BpeTokenizer(
            List<String> words,
            Map<String, Integer> special,
            List<Merge> merges,
            PreTokenizer preTokenizer) {
        this.words = List.copyOf(words);
        this.special = Map.copyOf(special);
        this.mergeList = List.copyOf(merges);
        this.preTokenizer = preTokenizer;
        this.bytes = new byte[words.size()][];
        Arrays.fill(byteToken, -1);
        int longestBytes = 1;
        for (int id = 0; id < bytes.length; id++) {
            bytes[id] = special.containsValue(id) ? new byte[0] : ByteAlphabet.bytes(words.get(id));
            longestBytes = Math.max(longestBytes, bytes[id].length);
            if (bytes[id].length == 1) {
                byteToken[bytes[id][0] & 0xFF] = id;
            }
        }
        this.longest = longestBytes;
        for (int b = 0; b < 256; b++) {
            if (byteToken[b] < 0) {
                throw new IllegalArgumentException("the vocabulary has no token for byte " + b);
            }
        }
        for (int rank = 0; rank < merges.size(); rank++) {
            Merge m = merges.get(rank);
            this.merges.putIfAbsent(
                    pair(m.left(), m.right()),
                    new Ranked(rank, 0, m.left(), m.right(), m.result()));
        }
    }

    /** Number of tokens, special ones included. */
    public int size() {
        return bytes.length;
    }

    /** Length in bytes of the longest token: text of n bytes gives at least n / longest tokens. */
    public int longestTokenBytes() {
        return longest;
    }

    /** Token texts by id, in the byte alphabet. */
    public List<String> words() {
        return words;
    }

    /** Special tokens and their ids. */
    public Map<String, Integer> special() {
        return special;
    }

    /** The merges, first to last. */
    public List<Merge> merges() {
        return mergeList;
    }

    /** The rule that cuts text into pieces. */
    public PreTokenizer preTokenizer() {
        return preTokenizer;
    }

    /**
     * The tokens of {@code text}; special tokens are never recognised inside text, so a client
     * cannot inject them.
     */
    public int[] encode(String text) {
        var tokens = new IntList(text.length() / 2 + 8);
        preTokenizer.split(
                text, piece -> encodePiece(piece.getBytes(StandardCharsets.UTF_8), tokens));
        return tokens.toArray();
    }

    /** The bytes that a token stands for; none for a special token. */
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

    /**
     * Merges the lowest rank first, leftmost first, over a linked list: n log n, since a client
     * chooses the text.
     */
    private void encodePiece(byte[] piece, IntList out) {
        int n = piece.length;
        int[] token = new int[n];
        int[] next = new int[n];
        int[] previous = new int[n];
        var queue = new PriorityQueue<Ranked>(BpeTokenizer::order);
        for (int i = 0; i < n; i++) {
            token[i] = byteToken[piece[i] & 0xFF];
            next[i] = i + 1;
            previous[i] = i - 1;
        }
        for (int i = 0; i + 1 < n; i++) {
            offer(queue, token, i, i + 1);
        }
        for (Ranked m = queue.poll(); m != null; m = queue.poll()) {
            int i = m.at();
            int j = next[i];
            if (token[i] != m.left() || j >= n || token[j] != m.right()) {
                continue;
            }
            token[i] = m.result();
            token[j] = -1;
            next[i] = next[j];
            if (next[i] < n) {
                previous[next[i]] = i;
                offer(queue, token, i, next[i]);
            }
            if (previous[i] >= 0) {
                offer(queue, token, previous[i], i);
            }
        }
        for (int i = 0; i < n; i = next[i]) {
            out.add(token[i]);
        }
    }

    private void offer(PriorityQueue<Ranked> queue, int[] token, int i, int j) {
        Ranked m = merges.get(pair(token[i], token[j]));
        if (m != null) {
            queue.add(new Ranked(m.rank(), i, m.left(), m.right(), m.result()));
        }
    }

    private static int order(Ranked a, Ranked b) {
        int byRank = Integer.compare(a.rank(), b.rank());
        return byRank != 0 ? byRank : Integer.compare(a.at(), b.at());
    }

    private static long pair(int left, int right) {
        return ((long) left << 32) | (right & 0xFFFFFFFFL);
    }
}
