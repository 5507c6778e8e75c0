package dev.keelson.runtime.engine;

/**
 * What guessing has brought since the start.
 *
 * @param drafts slices with guesses
 * @param draftTokens tokens that were guessed
 * @param acceptedTokens those that were chosen afterwards
 */
public record Speculation(long drafts, long draftTokens, long acceptedTokens) {
    static final Speculation NONE = new Speculation(0, 0, 0);

    Speculation plus(int guessed, int accepted) {
        return new Speculation(drafts + 1, draftTokens + guessed, acceptedTokens + accepted);
    }
}
