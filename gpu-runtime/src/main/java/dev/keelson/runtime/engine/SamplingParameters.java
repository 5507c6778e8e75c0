package dev.keelson.runtime.engine;

import java.util.List;

/**
 * How a request's tokens are chosen and when it ends.
 *
 * @param maxTokens tokens to generate at most, at least 1
 * @param temperature 0 takes the likeliest token
 * @param topP probability mass of the likeliest tokens to choose from, above 0 and at most 1
 * @param topK number of the likeliest tokens to choose from; 0 for all
 * @param minP tokens whose probability is below this share of the likeliest's are left out, 0 to 1
 * @param penalties for tokens that were said already
 * @param seed the same seed gives the same tokens, alone or in a batch
 * @param stop texts that end the answer; they are not part of it
 * @param ignoreEnd never choose an end token, so that exactly {@code maxTokens} come
 * @param topLogprobs how many of the likeliest tokens come with each token's logprob; -1 for no
 *     logprobs
 */
public record SamplingParameters(
        int maxTokens,
        double temperature,
        double topP,
        int topK,
        double minP,
        Penalties penalties,
        long seed,
        List<String> stop,
        boolean ignoreEnd,
        int topLogprobs) {
    public SamplingParameters {
        stop = List.copyOf(stop);
        if (maxTokens < 1
                || !(temperature >= 0)
                || !(topP > 0 && topP <= 1)
                || topK < 0
                || !(minP >= 0 && minP <= 1)
                || topLogprobs < -1) {
            throw new IllegalArgumentException("sampling parameters out of range");
        }
    }

    /** Without minP, penalties and logprobs. */
    public SamplingParameters(
            int maxTokens,
            double temperature,
            double topP,
            int topK,
            long seed,
            List<String> stop,
            boolean ignoreEnd) {
        this(maxTokens, temperature, topP, topK, 0, Penalties.NONE, seed, stop, ignoreEnd, -1);
    }
}
