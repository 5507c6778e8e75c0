package dev.keelson.runtime.engine;

/**
 * Natural logarithms of probabilities that the model itself gave, before temperature, penalties and
 * cuts.
 *
 * @param chosen of the token that was chosen
 * @param top the likeliest tokens, best first
 * @param values of those
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record Logprobs(float chosen, int[] top, float[] values) {
    /**
     * The distribution of one position.
     *
     * @param logits one per token of the vocabulary; not changed
     * @param count how many of the likeliest
     */
    static Distribution of(float[] logits, int count) {
        double most = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            most = Math.max(most, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - most);
        }
        double logSum = most + Math.log(sum);
        int[] top = likeliest(logits, Math.min(count, logits.length));
        float[] values = new float[top.length];
        for (int i = 0; i < top.length; i++) {
            values[i] = (float) (logits[top[i]] - logSum);
        }
        return new Distribution(logits.clone(), logSum, top, values);
    }

    /** What is known before a token is chosen. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Distribution(float[] logits, double logSum, int[] top, float[] values) {
        Logprobs of(int chosen) {
            return new Logprobs((float) (logits[chosen] - logSum), top, values);
        }
    }

    // Insertion into a short sorted list: count is at most 20.
    private static int[] likeliest(float[] logits, int count) {
        int[] top = new int[count];
        int found = 0;
        for (int i = 0; i < logits.length; i++) {
            if (found == count && (count == 0 || !(logits[i] > logits[top[found - 1]]))) {
                continue;
            }
            int at = found < count ? found++ : found - 1;
            while (at > 0 && logits[i] > logits[top[at - 1]]) {
                top[at] = top[at - 1];
                at--;
            }
            top[at] = i;
        }
        return top;
    }
}
