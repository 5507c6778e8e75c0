package dev.keelson.runtime.engine;

/** A decoder for tests: after token t comes t + 1, and after the last of the vocabulary 1. */
public final class CountingDecoder implements Decoder {
    private final int vocabulary;

    public CountingDecoder(int vocabulary) {
        this.vocabulary = vocabulary;
    }

    @Override
    public float[][] step(StepPlan plan) {
        return plan.slices().stream()
                .filter(StepPlan.Slice::sample)
                .map(slice -> {
                    float[] logits = new float[vocabulary];
                    int next = slice.tokens()[slice.tokens().length - 1] + 1;
                    logits[next == vocabulary ? 1 : next] = 9;
                    return logits;
                })
                .toArray(float[][]::new);
    }

    @Override
    public void close() {}
}
