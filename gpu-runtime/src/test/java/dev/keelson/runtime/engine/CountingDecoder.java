package dev.keelson.runtime.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A decoder for tests: after token t comes t + 1, with an adapter t + its rank, and after the last
 * of the vocabulary 1.
 */
public class CountingDecoder implements Decoder {
    private final int vocabulary;
    private final Map<Integer, Integer> ranks = new HashMap<>();

    public CountingDecoder(int vocabulary) {
        this.vocabulary = vocabulary;
    }

    @Override
    public float[][] step(StepPlan plan) {
        plan.loads().forEach(load -> ranks.put(load.slot(), load.adapter().rank()));
        List<float[]> rows = new ArrayList<>();
        for (StepPlan.Slice slice : plan.slices()) {
            int by = slice.adapter() < 0 ? 1 : Objects.requireNonNull(ranks.get(slice.adapter()));
            for (int i = slice.sampled(); i > 0; i--) {
                float[] logits = new float[vocabulary];
                int next = slice.tokens()[slice.tokens().length - i] + by;
                logits[next >= vocabulary ? 1 : next] = 9;
                rows.add(logits);
            }
        }
        return rows.toArray(float[][]::new);
    }

    @Override
    public void close() {}
}
