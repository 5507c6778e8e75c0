package dev.keelson.simulator.trace;

/**
 * How fast one replica is. One engine step that prefills {@code c} tokens and decodes {@code b}
 * sequences whose contexts sum to {@code k} tokens takes
 *
 * <pre>fixed + max(weightRead, perToken (c + b)) + perSequence b + perKvToken k + perPair p</pre>
 *
 * seconds, {@code p} being the sum over chunks of {@code c_i (k_i + c_i / 2)}: reading the weights
 * bounds small batches, arithmetic bounds large ones (calibrated roofline).
 *
 * @param accelerator name, for reports
 * @param source where the numbers are from
 * @param maxSequences requests in the batch at most
 * @param maxBatchedTokens tokens in one step at most; longer prompts are cut into chunks
 * @param kvTokens tokens whose KV fits in memory
 * @param fixedSeconds host and launch time of a step
 * @param weightReadSeconds one pass over the weights
 * @param perTokenSeconds arithmetic of one token
 * @param perSequenceSeconds sampling and bookkeeping of one sequence
 * @param perKvTokenSeconds decode attention over one token of context
 * @param perPairSeconds prefill attention of one token on another
 */
public record EngineProfile(
        String accelerator,
        String source,
        int maxSequences,
        int maxBatchedTokens,
        int kvTokens,
        double fixedSeconds,
        double weightReadSeconds,
        double perTokenSeconds,
        double perSequenceSeconds,
        double perKvTokenSeconds,
        double perPairSeconds)
        implements EngineSpeed {

    /** Seconds of one step. */
    public double stepSeconds(int prefillTokens, int decodes, double kvTokens, double pairs) {
        return fixedSeconds
                + Math.max(weightReadSeconds, perTokenSeconds * (prefillTokens + decodes))
                + perSequenceSeconds * decodes
                + perKvTokenSeconds * kvTokens
                + perPairSeconds * pairs;
    }

    @Override
    public double decodeSeconds(int decodes, double kvTokens) {
        return stepSeconds(0, decodes, kvTokens, 0);
    }

    @Override
    public double secondsPerPromptToken() {
        return perTokenSeconds;
    }

    @Override
    public double prefillSeconds(double promptTokens) {
        double seconds = 0;
        for (double done = 0; done < promptTokens; done += maxBatchedTokens) {
            double chunk = Math.min(maxBatchedTokens, promptTokens - done);
            seconds += stepSeconds((int) chunk, 0, 0, chunk * (done + chunk / 2));
        }
        return seconds;
    }
}
