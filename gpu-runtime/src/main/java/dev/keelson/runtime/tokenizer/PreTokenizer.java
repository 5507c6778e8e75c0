package dev.keelson.runtime.tokenizer;

import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts text into pieces that merges never cross: GPT-2's rule (a word keeps the blank before it),
 * and with {@code singleDigits} every digit alone, as SmolLM's tokenizer does.
 */
public record PreTokenizer(boolean singleDigits) {
    private static final Pattern PIECE =
            Pattern.compile(
                    "'(?:s|t|re|ve|m|ll|d)| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
                    Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern DIGIT =
            Pattern.compile("\\p{N}|[^\\p{N}]+", Pattern.UNICODE_CHARACTER_CLASS);

    /** Hands every piece of {@code text} to {@code sink}; together they are the text. */
    public void split(String text, Consumer<String> sink) {
        if (!singleDigits) {
            words(text, sink);
            return;
        }
        Matcher digit = DIGIT.matcher(text);
        while (digit.find()) {
            words(digit.group(), sink);
        }
    }

    private static void words(String text, Consumer<String> sink) {
        Matcher piece = PIECE.matcher(text);
        while (piece.find()) {
            sink.accept(piece.group());
        }
    }
}
