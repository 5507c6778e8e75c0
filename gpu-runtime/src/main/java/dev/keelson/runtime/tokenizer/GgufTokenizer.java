package dev.keelson.runtime.tokenizer;

import dev.keelson.runtime.format.GgufFields;
import dev.keelson.runtime.format.GgufFile;
import dev.keelson.runtime.format.ModelFileException;
import dev.keelson.runtime.tokenizer.PreTokenizer.Digits;
import dev.keelson.runtime.tokenizer.PreTokenizer.Matches;
import dev.keelson.runtime.tokenizer.PreTokenizer.Step;
import dev.keelson.runtime.tokenizer.PreTokenizer.Words;
import dev.keelson.runtime.tokenizer.Vocabulary.AddedToken;
import dev.keelson.runtime.tokenizer.Vocabulary.Alphabet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The tokenizer in a GGUF file's metadata: {@code gpt2} (bytes) or {@code llama} (SentencePiece).
 */
public final class GgufTokenizer {
    private static final String KEY = "tokenizer.ggml.";
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;

    /** The rules that llama.cpp keeps under names: digits first, then words; or an expression. */
    private static final Map<String, List<Step>> RULES = rules();

    private GgufTokenizer() {}

    /**
     * Reads the tokenizer.
     *
     * @throws ModelFileException if it is malformed or of a kind that is not known; the message
     *     names file and key
     */
    public static BpeTokenizer read(GgufFile file) throws IOException {
        var m = new GgufFields(file.name(), file.metadata());
        List<String> words = m.list(KEY + "tokens", String.class);
        if (words.isEmpty()) {
            throw m.wrong(KEY + "tokens", "a list of texts");
        }
        List<Long> types = m.list(KEY + "token_type", Long.class);
        List<AddedToken> added = new ArrayList<>();
        for (int id = 0; id < Math.min(types.size(), words.size()); id++) {
            if (types.get(id) == CONTROL || types.get(id) == USER_DEFINED) {
                added.add(
                        new AddedToken(id, words.get(id), types.get(id) == CONTROL, false, false));
            }
        }
        String kind = m.text(KEY + "model", "");
        boolean bytes = kind.equals("gpt2");
        if (!bytes && !kind.equals("llama")) {
            throw m.wrong(KEY + "model", "gpt2 or llama");
        }
        try {
            var vocabulary =
                    new Vocabulary(
                            words,
                            bytes ? Alphabet.BYTES : Alphabet.PIECES,
                            added,
                            begin(m, words.size(), !bytes));
            return bytes ? bytes(m, vocabulary) : pieces(m, vocabulary);
        } catch (IllegalArgumentException e) {
            throw new ModelFileException(file.name(), KEY + "tokens: " + e.getMessage(), e);
        }
    }

    /** Tokens that end an answer. */
    public static Set<Integer> endTokens(GgufFile file) throws IOException {
        var m = new GgufFields(file.name(), file.metadata());
        Set<Integer> tokens = new TreeSet<>();
        for (String name : List.of("eos_token_id", "eot_token_id")) {
            if (m.has(KEY + name)) {
                tokens.add(m.integer(KEY + name, 0, 1 << 24));
            }
        }
        return tokens;
    }

    /**
     * The metadata of a byte-level tokenizer, as {@link #read} takes them.
     *
     * @throws IllegalArgumentException if its rules have no name in llama.cpp
     */
    public static Map<String, Object> metadata(BpeTokenizer t) {
        Vocabulary vocabulary = t.vocabulary();
        List<String> words = vocabulary.words();
        List<Integer> types = new ArrayList<>(Collections.nCopies(words.size(), 1));
        vocabulary.added().forEach(a -> types.set(a.id(), a.control() ? CONTROL : USER_DEFINED));
        List<String> merges = new ArrayList<>();
        t.merges().forEach(m -> merges.add(words.get(m.left()) + " " + words.get(m.right())));
        Map<String, Object> m = new LinkedHashMap<>();
        m.put(KEY + "model", "gpt2");
        m.put(KEY + "pre", rule(t));
        m.put(KEY + "tokens", words);
        m.put(KEY + "token_type", types);
        m.put(KEY + "merges", merges);
        m.put(KEY + "add_bos_token", !vocabulary.begin().isEmpty());
        if (!vocabulary.begin().isEmpty()) {
            m.put(KEY + "bos_token_id", vocabulary.begin().getFirst());
        }
        return m;
    }

    private static String rule(BpeTokenizer t) {
        List<Step> steps = t.preTokenizer().steps();
        if (steps.equals(List.of(new Words(false)))) {
            return "gpt-2";
        }
        if (steps.equals(List.of(new Digits(true), new Words(false)))) {
            return "smollm";
        }
        throw new IllegalArgumentException("the tokenizer's rules have no name in llama.cpp");
    }

    private static List<Integer> begin(GgufFields m, int size, boolean absent)
            throws ModelFileException {
        boolean wanted = m.flag(KEY + "add_bos_token", absent);
        return wanted && m.has(KEY + "bos_token_id")
                ? List.of(m.integer(KEY + "bos_token_id", 0, size - 1))
                : List.of();
    }

    private static BpeTokenizer bytes(GgufFields m, Vocabulary vocabulary)
            throws ModelFileException {
        String pre = m.text(KEY + "pre", "default");
        List<Step> steps = RULES.get(pre);
        if (steps == null) {
            throw m.wrong(KEY + "pre", "one of " + new TreeSet<>(RULES.keySet()));
        }
        Map<String, Integer> ids = vocabulary.ids();
        List<Merge> merges = new ArrayList<>();
        for (String merge : m.list(KEY + "merges", String.class)) {
            int blank = merge.indexOf(' ', 1);
            Integer left = blank < 0 ? null : ids.get(merge.substring(0, blank));
            Integer right = blank < 0 ? null : ids.get(merge.substring(blank + 1));
            Integer result = ids.get(merge.replaceFirst("(?<=.) ", ""));
            if (left == null || right == null || result == null) {
                throw new ModelFileException(
                        m.file(),
                        KEY
                                + "merges["
                                + merges.size()
                                + "] names a token that is not there: "
                                + merge);
            }
            merges.add(new Merge(merges.size(), left, right, result));
        }
        return new BpeTokenizer(
                vocabulary,
                Normalizer.NONE,
                new PreTokenizer(steps),
                merges,
                pre.equals("llama-bpe"),
                -1);
    }

    /**
     * SentencePiece's BPE joins the pair whose token has the highest score; pairs that give tokens
     * of one score are joined from the left.
     */
    private static BpeTokenizer pieces(GgufFields m, Vocabulary vocabulary)
            throws ModelFileException {
        List<String> words = vocabulary.words();
        List<Double> scores = m.list(KEY + "scores", Double.class);
        if (scores.size() != words.size()) {
            throw m.wrong(KEY + "scores", "a list of " + words.size() + " numbers");
        }
        Map<String, Integer> ids = vocabulary.ids();
        List<Double> ranks =
                new HashSet<>(scores).stream().sorted(Comparator.reverseOrder()).toList();
        Map<Double, Integer> rankOf = new HashMap<>();
        for (Double score : ranks) {
            rankOf.put(score, rankOf.size());
        }
        List<Merge> merges = new ArrayList<>();
        for (int id = 0; id < words.size(); id++) {
            String word = words.get(id);
            if (Vocabulary.byteOf(word) >= 0) {
                continue;
            }
            for (int cut = 1; cut < word.length(); cut++) {
                Integer left = ids.get(word.substring(0, cut));
                Integer right = ids.get(word.substring(cut));
                if (left != null && right != null) {
                    merges.add(new Merge(rankOf.getOrDefault(scores.get(id), 0), left, right, id));
                }
            }
        }
        List<Normalizer.Step> steps = new ArrayList<>();
        if (m.flag(KEY + "add_space_prefix", true)) {
            steps.add(new Normalizer.Prepend(" "));
        }
        String blank = String.valueOf(Vocabulary.BLANK);
        steps.add(new Normalizer.Replace(Pattern.compile(" "), blank));
        return new BpeTokenizer(
                vocabulary,
                new Normalizer(steps),
                new PreTokenizer(List.of()),
                merges,
                false,
                m.integer(KEY + "unknown_token_id", 0, words.size() - 1, 0));
    }

    private static Map<String, List<Step>> rules() {
        String llama3 =
                "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}%s|"
                        + " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
        List<Step> words = List.of(new Words(false));
        List<Step> digits = List.of(new Digits(true), new Words(false));
        Map<String, List<Step>> rules = new HashMap<>();
        rules.put("llama-bpe", List.of(matches(llama3.formatted("{1,3}"))));
        rules.put("qwen2", List.of(matches(llama3.formatted(""))));
        for (String name : List.of("default", "gpt-2")) {
            rules.put(name, words);
        }
        for (String name : List.of("smollm", "starcoder", "refact", "command-r", "codeshell")) {
            rules.put(name, digits);
        }
        return rules;
    }

    private static Step matches(String expression) {
        return new Matches(Pattern.compile(expression, Pattern.UNICODE_CHARACTER_CLASS), false);
    }
}
