package dev.keelson.runtime.tokenizer;

import dev.keelson.runtime.tokenizer.Vocabulary.AddedToken;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds added tokens in text, the leftmost first, of several the longest. */
final class AddedTokens {
    /** Receives a text's parts in order. */
    interface Parts {
        /** Text between tokens; never empty. */
        void text(String text, boolean atStart);

        /** A token. */
        void token(int id);
    }

    private final Map<Character, List<AddedToken>> byFirst = new HashMap<>();

    AddedTokens(List<AddedToken> tokens) {
        for (AddedToken token : tokens) {
            if (!token.text().isEmpty()) {
                byFirst.computeIfAbsent(token.text().charAt(0), c -> new ArrayList<>()).add(token);
            }
        }
        byFirst.values()
                .forEach(list ->
                        list.sort(
                                Comparator.comparingInt((AddedToken t) -> t.text().length())
                                        .reversed()));
    }

    /** Does one occur in {@code text}? */
    boolean isIn(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (at(text, i) != null) {
                return true;
            }
        }
        return false;
    }

    /** Cuts {@code text} at every token. */
    void split(String text, Parts parts) {
        int start = 0;
        int i = 0;
        while (i < text.length()) {
            AddedToken token = at(text, i);
            if (token == null) {
                i++;
                continue;
            }
            int end = token.takesBefore() ? blanksEnd(text, start, i) : i;
            if (end > start) {
                parts.text(text.substring(start, end), start == 0);
            }
            parts.token(token.id());
            i += token.text().length();
            while (token.takesAfter() && i < text.length() && isBlank(text.charAt(i))) {
                i++;
            }
            start = i;
        }
        if (start < text.length()) {
            parts.text(text.substring(start), start == 0);
        }
    }

    /**
     * The texts of all tokens that occur in {@code text}, each with a mark after its first
     * character.
     */
    String broken(String text, char mark) {
        var broken = new StringBuilder(text.length() + 8);
        for (int i = 0; i < text.length(); i++) {
            broken.append(text.charAt(i));
            if (at(text, i) != null) {
                broken.append(mark);
            }
        }
        return broken.toString();
    }

    private @Nullable AddedToken at(String text, int index) {
        for (AddedToken token : byFirst.getOrDefault(text.charAt(index), List.of())) {
            if (text.startsWith(token.text(), index)) {
                return token;
            }
        }
        return null;
    }

    private static int blanksEnd(String text, int from, int to) {
        int end = to;
        while (end > from && isBlank(text.charAt(end - 1))) {
            end--;
        }
        return end;
    }

    private static boolean isBlank(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c);
    }
}
