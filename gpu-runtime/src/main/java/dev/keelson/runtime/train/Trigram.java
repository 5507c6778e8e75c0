package dev.keelson.runtime.train;

import java.util.HashMap;
import java.util.Map;

/**
 * The baseline: a trigram model over the same tokens, interpolated with bigram, unigram and uniform
 * (Jelinek-Mercer), the weights fitted on validation tokens by expectation-maximisation.
 */
final class Trigram {
    private static final int ROUNDS = 50;

    private final int vocabulary;
    private final int[] one;
    private final Map<Long, Integer> two = new HashMap<>();
    private final Map<Long, Integer> three = new HashMap<>();
    private final Map<Long, Integer> pairContext = new HashMap<>();
    private final int[] oneContext;
    private final long total;
    private double[] weights = {0.25, 0.25, 0.25, 0.25};

    Trigram(int[] tokens, int vocabulary) {
        this.vocabulary = vocabulary;
        one = new int[vocabulary];
        oneContext = new int[vocabulary];
        for (int i = 2; i < tokens.length; i++) {
            one[tokens[i]]++;
            oneContext[tokens[i - 1]]++;
            two.merge(key(0, tokens[i - 1], tokens[i]), 1, Integer::sum);
            pairContext.merge(key(0, tokens[i - 2], tokens[i - 1]), 1, Integer::sum);
            three.merge(key(tokens[i - 2], tokens[i - 1], tokens[i]), 1, Integer::sum);
        }
        total = tokens.length - 2L;
    }

    /** Chooses the four weights that make {@code validation} most likely. */
    void tune(int[] validation) {
        for (int round = 0; round < ROUNDS; round++) {
            double[] share = new double[4];
            for (int i = 2; i < validation.length; i++) {
                double[] p = parts(validation, i);
                double sum = mix(p);
                for (int k = 0; k < 4; k++) {
                    share[k] += weights[k] * p[k] / sum;
                }
            }
            double all = share[0] + share[1] + share[2] + share[3];
            for (int k = 0; k < 4; k++) {
                weights[k] = share[k] / all;
            }
        }
    }

    /** Weights of uniform, unigram, bigram, trigram. */
    double[] weights() {
        return weights.clone();
    }

    /** Natural logarithm of the probability of {@code tokens[i]} after the two before it. */
    double logProbability(int[] tokens, int i) {
        return Math.log(mix(parts(tokens, i)));
    }

    private double mix(double[] p) {
        return weights[0] * p[0] + weights[1] * p[1] + weights[2] * p[2] + weights[3] * p[3];
    }

    private double[] parts(int[] t, int i) {
        int b = oneContext[t[i - 1]];
        int c = pairContext.getOrDefault(key(0, t[i - 2], t[i - 1]), 0);
        return new double[] {
            1.0 / vocabulary,
            (double) one[t[i]] / total,
            b == 0 ? 0 : (double) two.getOrDefault(key(0, t[i - 1], t[i]), 0) / b,
            c == 0 ? 0 : (double) three.getOrDefault(key(t[i - 2], t[i - 1], t[i]), 0) / c
        };
    }

    private static long key(int a, int b, int c) {
        return ((long) a << 40) | ((long) b << 20) | c;
    }
}
