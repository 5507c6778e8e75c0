package dev.keelson.runtime.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Mean negative log-likelihood per token, in nats, document by document, so that no context crosses
 * a boundary.
 */
final class Perplexity {
    private Perplexity() {}

    /**
     * Of a decoder whose mean loss over windows is given. Every token but a document's first two
     * counts, as for the trigram, which needs two before it.
     */
    static double of(ToDoubleFunction<int[][]> loss, int[] tokens) {
        double sum = 0;
        long count = 0;
        for (int[] document : documents(tokens)) {
            int n = document.length - 1;
            sum +=
                    loss.applyAsDouble(new int[][] {document}) * n
                            - loss.applyAsDouble(new int[][] {Arrays.copyOf(document, 2)});
            count += n - 1;
        }
        return sum / count;
    }

    /** Of the baseline, over the same tokens. */
    static double of(Trigram trigram, int[] tokens) {
        double sum = 0;
        long count = 0;
        for (int[] document : documents(tokens)) {
            for (int i = 2; i < document.length; i++) {
                sum -= trigram.logProbability(document, i);
                count++;
            }
        }
        return sum / count;
    }

    /** Each document with the end-of-text token before it and the one after it. */
    private static List<int[]> documents(int[] tokens) {
        List<int[]> documents = new ArrayList<>();
        int start = 0;
        for (int i = 1; i < tokens.length; i++) {
            if (tokens[i] == 0) {
                documents.add(Arrays.copyOfRange(tokens, start, i + 1));
                start = i;
            }
        }
        return documents;
    }
}
