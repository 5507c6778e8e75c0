package dev.keelson.runtime.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts text into pieces that merges never cross, step after step. */
public record PreTokenizer(List<Step> steps) {
    /** One way to cut every piece into smaller ones. */
    public sealed interface Step {}

    /** Every digit alone, or every run of digits. */
    public record Digits(boolean single) implements Step {}

    /**
     * GPT-2's rule: a word keeps the blank before it.
     *
     * @param blankFirst whether a piece that begins with no blank gets one
     */
    public record Words(boolean blankFirst) implements Step {}

    /** A blank before every piece that begins with none; nothing is cut. */
    public record BlankFirst() implements Step {}

    /**
     * Every match alone.
     *
     * @param onlyMatches whether what lies between them is dropped
     */
    public record Matches(Pattern pattern, boolean onlyMatches) implements Step {}

    /**
     * SentencePiece's blanks: each becomes {@code blank}.
     *
     * @param first whether only the text's first piece gets one before it, else all
     * @param prepend whether any piece gets one
     * @param cut whether a piece begins at every blank
     */
    public record Blanks(char blank, boolean prepend, boolean first, boolean cut) implements Step {}

    private static final Pattern WORD =
            Pattern.compile(
                    "'(?:s|t|re|ve|m|ll|d)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
                    Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern DIGIT = Pattern.compile("\\p{N}", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern NUMBER =
            Pattern.compile("\\p{N}+", Pattern.UNICODE_CHARACTER_CLASS);

    public PreTokenizer {
        steps = List.copyOf(steps);
    }

    /** GPT-2's rule alone. */
    public static PreTokenizer words() {
        return new PreTokenizer(List.of(new Words(false)));
    }

    /**
     * Hands every piece of {@code text} to {@code sink}.
     *
     * @param atStart whether the text begins here, and not after a special token
     */
    public void split(String text, boolean atStart, Consumer<String> sink) {
        List<String> pieces = text.isEmpty() ? List.of() : List.of(text);
        for (Step step : steps) {
            List<String> smaller = new ArrayList<>();
            for (int i = 0; i < pieces.size(); i++) {
                cut(step, pieces.get(i), atStart && i == 0, smaller::add);
            }
            pieces = smaller;
        }
        pieces.forEach(sink);
    }

    private static void cut(Step step, String piece, boolean first, Consumer<String> sink) {
        switch (step) {
            case Digits(boolean single) -> matches(single ? DIGIT : NUMBER, false, piece, sink);
            case Words(boolean blankFirst) ->
                    matches(WORD, false, blankFirst ? withBlank(piece) : piece, sink);
            case BlankFirst() -> sink.accept(withBlank(piece));
            case Matches(Pattern pattern, boolean only) -> matches(pattern, only, piece, sink);
            case Blanks blanks -> blanks(blanks, piece, first, sink);
        }
    }

    private static String withBlank(String piece) {
        return piece.startsWith(" ") ? piece : " " + piece;
    }

    private static void matches(
            Pattern pattern, boolean onlyMatches, String piece, Consumer<String> sink) {
        Matcher matcher = pattern.matcher(piece);
        int end = 0;
        while (matcher.find()) {
            if (matcher.start() > end && !onlyMatches) {
                sink.accept(piece.substring(end, matcher.start()));
            }
            if (matcher.end() > matcher.start()) {
                sink.accept(matcher.group());
            }
            end = matcher.end();
        }
        if (end < piece.length() && !onlyMatches) {
            sink.accept(piece.substring(end));
        }
    }

    private static void blanks(Blanks b, String piece, boolean first, Consumer<String> sink) {
        String text = piece.replace(' ', b.blank());
        boolean missing = text.isEmpty() || text.charAt(0) != b.blank();
        if (b.prepend() && missing && (first || !b.first())) {
            text = b.blank() + text;
        }
        int start = 0;
        for (int i = 1; b.cut() && i < text.length(); i++) {
            if (text.charAt(i) == b.blank()) {
                sink.accept(text.substring(start, i));
                start = i;
            }
        }
        sink.accept(text.substring(start));
    }
}
