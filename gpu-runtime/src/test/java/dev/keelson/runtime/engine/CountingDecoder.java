package dev.keelson.runtime.engine;

import java.util.ArrayList;
import java.util.List;

/** A decoder for tests: after token t comes t + 1, and after the last of the vocabulary 1. */
public final class CountingDecoder implements Decoder {
    private final int vocabulary;

    public CountingDecoder(int vocabulary) {
        this.vocabulary = vocabulary;
    }

    @Override
    public float[][] step(StepPlan plan) {
        List<float[]> rows = new ArrayList<>();
        for (StepPlan.Slice slice : plan.slices()) {
            for (int i = slice.sampled(); i > 0; i--) {
                float[] logits = new float[vocabulary];
                int next = slice.tokens()[slice.tokens().length - i] + 1;
                logits[next == vocabulary ? 1 : next] = 9;
                rows.add(logits);
            }
        }
        return rows.toArray(float[][]::new);
    }

    @Override
    public void close() {}
}
