package dev.keelson.runtime.engine;

import java.util.Set;

/**
 * Chooses a token from logits. Randomness is a function of (seed, position), so batching and
 * preemption change nothing. Keeps scratch space: single-writer.
 */
final class Sampler {
    private static final int PIECE = 512;

    private final Nucleus nucleus = new Nucleus();
    private float[] weight = new float[0];

    /**
     * @param logits one per token of the vocabulary; changed by this call
     * @param banned tokens never to choose
     * @param position index of the token in its sequence
     */
    int choose(float[] logits, SamplingParameters parameters, Set<Integer> banned, int position) {
        for (int token : banned) {
            logits[token] = Float.NEGATIVE_INFINITY;
        }
        int best = likeliest(logits);
        if (parameters.temperature() == 0 || parameters.topK() == 1) {
            return best;
        }
        if (weight.length < logits.length) {
            weight = new float[logits.length];
        }
        int count = logits.length;
        weigh(logits, logits[best], (float) (1 / parameters.temperature()));
        float least = (float) parameters.minP(); // the likeliest has weight 1
        if (parameters.topK() > 0 || parameters.topP() < 1) {
            int most = parameters.topK() == 0 ? count : Math.min(count, parameters.topK());
            least = nucleus.least(weight, count, least, most, parameters.topP());
        }
        int token = draw(count, least, uniform(parameters.seed(), position));
        return token < 0 ? best : token;
    }

    private void weigh(float[] logits, float most, float perDegree) {
        for (int i = 0; i < logits.length; i++) {
            weight[i] = Exponential.of((logits[i] - most) * perDegree);
        }
    }

    /** The token in which {@code at} of the mass of weights from {@code least} on lies, or -1. */
    private int draw(int count, float least, double share) {
        double[] pieces = new double[(count + PIECE - 1) / PIECE];
        double sum = 0;
        for (int p = 0; p < pieces.length; p++) {
            pieces[p] = mass(p * PIECE, Math.min(count, (p + 1) * PIECE), least);
            sum += pieces[p];
        }
        double at = share * sum;
        for (int p = 0; p < pieces.length; p++) {
            if (at >= pieces[p]) {
                at -= pieces[p];
                continue;
            }
            for (int i = p * PIECE; i < Math.min(count, (p + 1) * PIECE); i++) {
                at -= weight[i] < least ? 0 : weight[i];
                if (at < 0 && weight[i] >= least && weight[i] > 0) {
                    return i;
                }
            }
        }
        return -1;
    }

    // Four sums, so that an addition need not wait for the one before.
    private double mass(int from, int to, float least) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = from;
        for (; i + 3 < to; i += 4) {
            a += weight[i] < least ? 0 : weight[i];
            b += weight[i + 1] < least ? 0 : weight[i + 1];
            c += weight[i + 2] < least ? 0 : weight[i + 2];
            d += weight[i + 3] < least ? 0 : weight[i + 3];
        }
        for (; i < to; i++) {
            a += weight[i] < least ? 0 : weight[i];
        }
        return a + b + c + d;
    }

    private static int likeliest(float[] logits) {
        float most = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            most = Math.max(most, logit); // not a number if one is
        }
        if (!Float.isFinite(most)) {
            throw new ArithmeticException("the model gave no finite logit");
        }
        int best = 0;
        while (logits[best] != most) {
            best++;
        }
        return best;
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
