package dev.keelson.runtime.engine;

import java.util.Arrays;
import java.util.Set;

/**
 * Chooses a token from logits. Randomness is a function of (seed, position), so batching and
 * preemption change nothing.
 */
final class Sampler {
    private Sampler() {}

    /**
     * @param logits one per token of the vocabulary; changed by this call
     * @param banned tokens never to choose
     * @param position index of the token in its sequence
     */
    static int choose(
            float[] logits, SamplingParameters parameters, Set<Integer> banned, int position) {
        banned.forEach(token -> logits[token] = Float.NEGATIVE_INFINITY);
        int best = likeliest(logits);
        if (parameters.temperature() == 0 || parameters.topK() == 1) {
            return best;
        }
        double[] weight = new double[logits.length];
        for (int i = 0; i < logits.length; i++) {
            weight[i] = Math.exp((logits[i] - logits[best]) / parameters.temperature());
        }
        for (int i = 0; i < weight.length; i++) {
            weight[i] = weight[i] < parameters.minP() ? 0 : weight[i]; // the likeliest has weight 1
        }
        if (parameters.topK() > 0 || parameters.topP() < 1) {
            keepLikeliest(weight, parameters);
        }
        double at = uniform(parameters.seed(), position) * Arrays.stream(weight).sum();
        for (int i = 0; i < weight.length; i++) {
            at -= weight[i];
            if (at < 0 && weight[i] > 0) {
                return i;
            }
        }
        return best;
    }

    private static int likeliest(float[] logits) {
        int best = -1;
        for (int i = 0; i < logits.length; i++) {
            if (logits[i] > Float.NEGATIVE_INFINITY && (best < 0 || logits[i] > logits[best])) {
                best = i;
            }
        }
        if (best < 0 || !Float.isFinite(logits[best])) {
            throw new ArithmeticException("the model gave no finite logit");
        }
        return best;
    }

    private static void keepLikeliest(double[] weight, SamplingParameters parameters) {
        double[] sorted = weight.clone();
        Arrays.sort(sorted);
        double limit = parameters.topP() * Arrays.stream(sorted).sum();
        int most =
                parameters.topK() == 0 ? sorted.length : Math.min(sorted.length, parameters.topK());
        double mass = 0;
        double least = 0;
        for (int i = sorted.length - 1; i >= sorted.length - most && mass < limit; i--) {
            mass += sorted[i];
            least = sorted[i];
        }
        for (int i = 0; i < weight.length; i++) {
            weight[i] = weight[i] < least ? 0 : weight[i];
        }
    }

    /** SplitMix64 as a counter-based generator: uniform in [0, 1). */
    static double uniform(long seed, long position) {
        long z = mix(mix(seed + 0x9E3779B97F4A7C15L) + position * 0x9E3779B97F4A7C15L);
        return (z >>> 11) * 0x1.0p-53;
    }

    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
