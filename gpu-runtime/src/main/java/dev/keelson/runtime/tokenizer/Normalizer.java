package dev.keelson.runtime.tokenizer;

import java.text.Normalizer.Form;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is done to text before it is cut, step after step. */
public record Normalizer(List<Step> steps) {
    /** Leaves text as it is. */
    public static final Normalizer NONE = new Normalizer(List.of());

    /** One change of the text. */
    public sealed interface Step {}

    /** A Unicode normal form. */
    public record UnicodeForm(Form form) implements Step {}

    /** Small letters. */
    public record Lowercase() implements Step {}

    /** Text before every text that is not empty. */
    public record Prepend(String text) implements Step {}

    /** One text for each match. */
    public record Replace(Pattern pattern, String text) implements Step {}

    public Normalizer {
        steps = List.copyOf(steps);
    }

    /** The changed text. */
    public String apply(String text) {
        String changed = text;
        for (Step step : steps) {
            changed =
                    switch (step) {
                        case UnicodeForm(Form form) ->
                                java.text.Normalizer.normalize(changed, form);
                        case Lowercase() -> changed.toLowerCase(Locale.ROOT);
                        case Prepend(String prefix) -> changed.isEmpty() ? "" : prefix + changed;
                        case Replace(Pattern pattern, String by) ->
                                pattern.matcher(changed).replaceAll(Matcher.quoteReplacement(by));
                    };
        }
        return changed;
    }
}
