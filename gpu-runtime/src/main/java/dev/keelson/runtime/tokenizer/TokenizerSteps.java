package dev.keelson.runtime.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.runtime.format.JsonFields;
import dev.keelson.runtime.format.ModelFileException;
import dev.keelson.runtime.tokenizer.PreTokenizer.Blanks;
import dev.keelson.runtime.tokenizer.Vocabulary.Alphabet;
import java.text.Normalizer.Form;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** The steps around the merges in a {@code tokenizer.json}; a step that is not known is refused. */
final class TokenizerSteps {
    private static final ObjectMapper JSON = new ObjectMapper();

    private TokenizerSteps() {}

    static Normalizer normalizer(JsonFields root) throws ModelFileException {
        List<Normalizer.Step> steps = new ArrayList<>();
        for (JsonFields s : sequence(root, "normalizer", "normalizers")) {
            String type = s.text("type", "");
            steps.add(
                    switch (type) {
                        case "NFC", "NFD", "NFKC", "NFKD" ->
                                new Normalizer.UnicodeForm(Form.valueOf(type));
                        case "Lowercase" -> new Normalizer.Lowercase();
                        case "Prepend" -> new Normalizer.Prepend(s.text("prepend", ""));
                        case "Replace" -> new Normalizer.Replace(pattern(s), s.text("content", ""));
                        default -> throw s.unsupported("type", "the normalizer " + type);
                    });
        }
        return new Normalizer(steps);
    }

    static PreTokenizer preTokenizer(JsonFields root) throws ModelFileException {
        List<PreTokenizer.Step> steps = new ArrayList<>();
        for (JsonFields s : sequence(root, "pre_tokenizer", "pretokenizers")) {
            String type = s.text("type", "");
            switch (type) {
                case "Digits" ->
                        steps.add(new PreTokenizer.Digits(s.flag("individual_digits", false)));
                case "Split" -> steps.add(split(s));
                case "ByteLevel" -> {
                    boolean blank = s.flag("add_prefix_space", true);
                    if (s.flag("use_regex", true)) {
                        steps.add(new PreTokenizer.Words(blank));
                    } else if (blank) {
                        steps.add(new PreTokenizer.BlankFirst());
                    }
                }
                case "Metaspace" -> steps.add(blanks(s));
                default -> throw s.unsupported("type", "the pre-tokenizer " + type);
            }
        }
        return new PreTokenizer(steps);
    }

    /** Bytes if any step says so, else SentencePiece's words. */
    static Alphabet alphabet(JsonFields root) throws ModelFileException {
        List<JsonFields> steps = new ArrayList<>(sequence(root, "pre_tokenizer", "pretokenizers"));
        steps.addAll(sequence(root, "decoder", "decoders"));
        boolean pieces = root.object("model").flag("byte_fallback", false);
        for (JsonFields s : steps) {
            String type = s.text("type", "");
            if (type.equals("ByteLevel")) {
                return Alphabet.BYTES;
            }
            pieces |= type.equals("Metaspace") || type.equals("ByteFallback");
        }
        if (!pieces) {
            throw root.unsupported("decoder", "a vocabulary of neither bytes nor pieces");
        }
        return Alphabet.PIECES;
    }

    /** Tokens that the post-processor puts before a text. */
    static List<Integer> begin(JsonFields root) throws ModelFileException {
        List<Integer> begin = new ArrayList<>();
        for (JsonFields s : sequence(root, "post_processor", "processors")) {
            switch (s.text("type", "")) {
                case "ByteLevel" -> {
                    // It only moves offsets, which nobody reads.
                }
                case "TemplateProcessing" -> template(s, begin);
                default -> throw s.unsupported("type", "the post-processor " + s.text("type", ""));
            }
        }
        return begin;
    }

    private static void template(JsonFields s, List<Integer> begin) throws ModelFileException {
        boolean text = false;
        for (JsonNode part : s.node().path("single")) {
            if (part.has("Sequence")) {
                text = true;
                continue;
            }
            String name = part.path("SpecialToken").path("id").asText("");
            JsonNode ids = s.node().path("special_tokens").path(name).path("ids");
            if (text || !ids.isArray()) {
                throw s.unsupported("single", "a token after the text, or one without a number");
            }
            ids.forEach(id -> begin.add(id.asInt()));
        }
    }

    /** The post-processor that puts a vocabulary's begin tokens before a text. */
    static JsonNode template(Vocabulary vocabulary) {
        if (vocabulary.begin().isEmpty()) {
            return JSON.nullNode();
        }
        ObjectNode root = JSON.createObjectNode().put("type", "TemplateProcessing");
        var single = root.putArray("single");
        var pair = root.putArray("pair");
        ObjectNode tokens = root.putObject("special_tokens");
        for (int id : vocabulary.begin()) {
            String word = vocabulary.words().get(id);
            for (var list : List.of(single, pair)) {
                list.addObject().putObject("SpecialToken").put("id", word).put("type_id", 0);
            }
            ObjectNode token = tokens.putObject(word).put("id", word);
            token.putArray("ids").add(id);
            token.putArray("tokens").add(word);
        }
        single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
        pair.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
        pair.addObject().putObject("Sequence").put("id", "B").put("type_id", 1);
        return root;
    }

    private static PreTokenizer.Step split(JsonFields s) throws ModelFileException {
        String behavior = s.text("behavior", "");
        boolean invert = s.flag("invert", false);
        if (!behavior.equals("Isolated") && !(behavior.equals("Removed") && invert)) {
            throw s.unsupported(
                    "behavior", "splitting by " + behavior + (invert ? " inverted" : ""));
        }
        return new PreTokenizer.Matches(pattern(s), behavior.equals("Removed"));
    }

    private static PreTokenizer.Step blanks(JsonFields s) throws ModelFileException {
        String blank = s.text("replacement", String.valueOf(Vocabulary.BLANK));
        if (blank.length() != 1) {
            throw s.wrong("replacement", "one character");
        }
        String scheme =
                s.text("prepend_scheme", s.flag("add_prefix_space", true) ? "always" : "never");
        if (!List.of("always", "first", "never").contains(scheme)) {
            throw s.wrong("prepend_scheme", "always, first or never");
        }
        return new Blanks(
                blank.charAt(0),
                !scheme.equals("never"),
                scheme.equals("first"),
                s.flag("split", true));
    }

    /** A regular expression of the tokenizers library, or a text. */
    private static Pattern pattern(JsonFields s) throws ModelFileException {
        JsonFields p = s.object("pattern");
        String literal = p.text("String", "");
        String expression = p.text("Regex", "");
        if (literal.isEmpty() == expression.isEmpty()) {
            throw s.wrong("pattern", "an object with Regex or String");
        }
        try {
            return Pattern.compile(
                    expression.isEmpty() ? Pattern.quote(literal) : expression,
                    Pattern.UNICODE_CHARACTER_CLASS);
        } catch (PatternSyntaxException e) {
            throw new ModelFileException(
                    s.file(), s.path() + ".pattern.Regex: " + e.getDescription(), e);
        }
    }

    /** The steps of a field that is null, one step, or a Sequence of steps. */
    private static List<JsonFields> sequence(JsonFields root, String name, String list)
            throws ModelFileException {
        if (!root.has(name)) {
            return List.of();
        }
        JsonFields step = root.object(name);
        if (!step.text("type", "").equals("Sequence")) {
            return List.of(step);
        }
        List<JsonFields> steps = new ArrayList<>();
        JsonNode nodes = step.node().path(list);
        for (int i = 0; i < nodes.size(); i++) {
            if (!nodes.get(i).isObject()) {
                throw step.wrong(list, "a list of steps");
            }
            steps.add(new JsonFields(root.file(), name + "." + list + "[" + i + "]", nodes.get(i)));
        }
        return steps;
    }
}
