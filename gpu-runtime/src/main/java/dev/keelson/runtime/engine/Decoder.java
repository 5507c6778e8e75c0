package dev.keelson.runtime.engine;

/** The model: reads tokens into its paged cache and says what comes next. */
public interface Decoder extends AutoCloseable {
    /**
     * Runs one step.
     *
     * @return logits, one row for each slice that asks for them, in the order of the slices
     */
    float[][] step(StepPlan plan);

    @Override
    void close();
}
