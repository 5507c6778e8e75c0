package dev.keelson.runtime.reference;

import dev.keelson.runtime.engine.StepPlan;
import dev.keelson.runtime.weights.LlamaConfig;
import dev.keelson.runtime.weights.LoraAdapter;
import dev.keelson.runtime.weights.LoraAdapter.Pair;
import dev.keelson.runtime.weights.Projection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The adapters in their slots, and which of them each row of a step has. Every row is computed for
 * itself, so that it does not depend on what is beside it. Single-writer.
 */
final class ReferenceAdapters {
    private final LlamaConfig config;
    private final @Nullable LoraAdapter[] slots;
    private @Nullable LoraAdapter[] ofRow = {};
    private boolean any;

    ReferenceAdapters(LlamaConfig config, int count) {
        this.config = config;
        slots = new LoraAdapter[count];
    }

    /** Takes the plan's loads in and notes the adapter of each of its tokens. */
    void begin(StepPlan plan) {
        for (StepPlan.Load load : plan.loads()) {
            slots[load.slot()] = load.adapter();
        }
        any = false;
        ofRow = new LoraAdapter[plan.tokens()];
        int row = 0;
        for (StepPlan.Slice slice : plan.slices()) {
            for (int i = 0; i < slice.tokens().length; i++, row++) {
                ofRow[row] = slice.adapter() < 0 ? null : slots[slice.adapter()];
                any |= ofRow[row] != null;
            }
        }
    }

    /**
     * Adds what the rows' adapters add to projections that read {@code x}.
     *
     * @param y one row per token: the outputs of the projections one after another
     */
    void add(int layer, float[][] x, float[][] y, Projection... projections) {
        for (int row = 0; any && row < x.length; row++) {
            LoraAdapter adapter = ofRow[row];
            if (adapter != null) {
                add(adapter.layers().get(layer), x[row], y[row], projections);
            }
        }
    }

    private void add(Map<Projection, Pair> layer, float[] x, float[] y, Projection... projections) {
        int from = 0;
        for (Projection projection : projections) {
            Pair pair = layer.get(projection);
            if (pair != null) {
                add(pair, x, y, from);
            }
            from += projection.outputs(config);
        }
    }

    private static void add(Pair pair, float[] x, float[] y, int from) {
        float[] a = pair.a().values();
        float[] b = pair.b().values();
        int rank = (int) pair.a().shape()[0];
        float[] low = new float[rank];
        for (int r = 0; r < rank; r++) {
            int at = r * x.length;
            for (int i = 0; i < x.length; i++) {
                low[r] += a[at + i] * x[i];
            }
        }
        int outputs = (int) pair.b().shape()[0];
        for (int o = 0; o < outputs; o++) {
            float sum = 0;
            for (int r = 0; r < rank; r++) {
                sum += b[o * rank + r] * low[r];
            }
            y[from + o] += sum;
        }
    }
}
