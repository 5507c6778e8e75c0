package dev.keelson.runtime.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The model: reads tokens into its paged cache and says what comes next. */
public interface Decoder extends AutoCloseable {
    /**
     * Runs one step: first the plan's copies, then its slices.
     *
     * @return logits, {@link StepPlan.Slice#sampled} rows for each slice, in the order of the
     *     slices and of their tokens
     */
    float[][] step(StepPlan plan);

    /** A smaller model with a cache of its own that guesses for this one, or null. */
    default @Nullable Decoder draft() {
        return null;
    }

    @Override
    void close();

    /**
     * Runs one token through a decoder whose cache is still empty.
     *
     * @throws ArithmeticException if its logits are not finite
     */
    static void requireFiniteLogits(Decoder decoder) {
        var slice = new StepPlan.Slice(0, new int[] {0}, 0, new int[] {0}, true);
        for (float logit : decoder.step(new StepPlan(List.of(slice)))[0]) {
            if (!Float.isFinite(logit)) {
                throw new ArithmeticException("the weights give logits that are not finite");
            }
        }
    }
}
