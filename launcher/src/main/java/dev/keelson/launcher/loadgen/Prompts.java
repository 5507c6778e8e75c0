package dev.keelson.launcher.loadgen;

import java.util.random.RandomGenerator;

/** Prompts made of plain words: three words are about four tokens. */
final class Prompts {
    private static final String[] WORDS =
            ("the node serves a request and then the engine drains while traffic grows in the"
                            + " morning and falls at night because every replica keeps its place in"
                            + " the fleet")
                    .split(" ");
    private static final double WORDS_PER_TOKEN = 0.75;

    private Prompts() {}

    static String ofTokens(int tokens, RandomGenerator chance) {
        int words = (int) Math.max(1, Math.round(tokens * WORDS_PER_TOKEN));
        var text = new StringBuilder();
        for (int i = 0; i < words; i++) {
            text.append(i == 0 ? "" : " ").append(WORDS[chance.nextInt(WORDS.length)]);
        }
        return text.toString();
    }
}
