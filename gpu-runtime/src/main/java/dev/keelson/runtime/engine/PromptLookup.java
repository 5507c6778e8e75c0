package dev.keelson.runtime.engine;

/**
 * Guesses the next tokens of a text from what followed the same last tokens earlier in it (prompt
 * lookup, Saxena 2023): right where an answer quotes its prompt or itself. Needs no second model.
 */
final class PromptLookup {
    private static final int LONGEST = 4;
    private static final int SHORTEST = 2;

    /** How far back it looks, tokens: so that a step of a long text stays short. */
    private static final int REACH = 2048;

    private static final int[] NONE = {};

    private PromptLookup() {}

    /**
     * @return at most {@code most} tokens, those that followed the latest place where the longest
     *     end of the text stood before; none if there is no such place
     */
    static int[] draft(Sequence text, int most) {
        int size = text.size();
        for (int n = Math.min(LONGEST, size - 1); n >= SHORTEST; n--) {
            for (int at = size - n - 1; at >= Math.max(0, size - REACH); at--) {
                if (matches(text, at, size - n, n)) {
                    int count = Math.min(most, size - at - n);
                    int[] draft = new int[count];
                    for (int i = 0; i < count; i++) {
                        draft[i] = text.token(at + n + i);
                    }
                    return draft;
                }
            }
        }
        return NONE;
    }

    private static boolean matches(Sequence text, int a, int b, int count) {
        for (int i = 0; i < count; i++) {
            if (text.token(a + i) != text.token(b + i)) {
                return false;
            }
        }
        return true;
    }
}
