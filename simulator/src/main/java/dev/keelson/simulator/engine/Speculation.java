package dev.keelson.simulator.engine;

/**
 * Speculative decoding: a draft proposes tokens, the model verifies them in one step.
 *
 * <p>No chance is involved: each step gives a sequence the expected number of tokens, 1 + a + a^2 +
 * ... + a^k, and what is left of a whole one is carried to its next step. Rejected drafts cost
 * their computation, but no KV blocks.
 *
 * @param draftTokens k, tokens proposed in each step; 0 turns speculation off
 * @param acceptance a, the chance that a proposed token is accepted when all before it were, in [0,
 *     1)
 * @param draftMicros time of the draft in each step that decodes, in microseconds
 */
public record Speculation(int draftTokens, double acceptance, double draftMicros) {
    /** No speculation. */
    public static final Speculation NONE = new Speculation(0, 0, 0);

    public Speculation {
        if (draftTokens < 0) {
            throw new IllegalArgumentException(
                    "The draftTokens (%d) must not be negative.".formatted(draftTokens));
        }
        if (!(acceptance >= 0 && acceptance < 1)) {
            throw new IllegalArgumentException(
                    "The acceptance (%f) must be in [0, 1).".formatted(acceptance));
        }
        if (!(draftMicros >= 0)) {
            throw new IllegalArgumentException(
                    "The draftMicros (%f) must not be negative.".formatted(draftMicros));
        }
    }

    /** Tokens that a step gives on average when this many were proposed. */
    double expectedTokens(int proposed) {
        double expected = 1;
        double chance = 1;
        for (int i = 0; i < proposed; i++) {
            chance *= acceptance;
            expected += chance;
        }
        return expected;
    }
}
