package dev.keelson.runtime.engine;

/**
 * Makes tokens that were said already less likely. Presence and frequency as the OpenAI API defines
 * them, over the answer; repetition over prompt and answer (CTRL, Keskar et al. 2019).
 *
 * @param presence taken from the logit of every token that the answer holds, -2 to 2
 * @param frequency taken from it as often as the answer holds it, -2 to 2
 * @param repetition a positive logit is divided by it and a negative one multiplied; above 0, 1 for
 *     none
 */
public record Penalties(double presence, double frequency, double repetition) {
    public static final Penalties NONE = new Penalties(0, 0, 1);

    public Penalties {
        if (!(Math.abs(presence) <= 2) || !(Math.abs(frequency) <= 2) || !(repetition > 0)) {
            throw new IllegalArgumentException("penalties out of range");
        }
    }

    /** Whether there are none. */
    boolean isNone() {
        return presence == 0 && frequency == 0 && repetition == 1;
    }

    /**
     * Changes the logits of the sequence's next token.
     *
     * @param logits one per token of the vocabulary
     */
    void apply(float[] logits, Sequence sequence) {
        if (isNone()) {
            return;
        }
        boolean[] seen = new boolean[logits.length];
        int[] said = new int[logits.length];
        for (int i = 0; i < sequence.size(); i++) {
            int token = sequence.token(i);
            seen[token] = true;
            said[token] += sequence.isAnswer(i) ? 1 : 0;
        }
        for (int token = 0; token < logits.length; token++) {
            if (seen[token] && repetition != 1) {
                logits[token] *= (float) (logits[token] > 0 ? 1 / repetition : repetition);
            }
            if (said[token] > 0) {
                logits[token] -= (float) (presence + frequency * said[token]);
            }
        }
    }
}
