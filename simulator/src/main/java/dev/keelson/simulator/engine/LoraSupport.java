package dev.keelson.simulator.engine;

/**
 * Adapters that share the engine of one base model.
 *
 * @param maxAdapters different adapters in one batch, and slots on the accelerator ({@code
 *     max_loras}); 0 when the engine has none
 * @param stepMicros added to a step in which any adapter takes part, in microseconds
 * @param adapterMicros added for each of them, in microseconds
 * @param loadMicros added to a step for each adapter that has to be brought into a slot before it,
 *     in microseconds: the engine waits for it, as vLLM's does
 */
public record LoraSupport(
        int maxAdapters, double stepMicros, double adapterMicros, double loadMicros) {
    /** An engine without adapters. */
    public static final LoraSupport NONE = new LoraSupport(0, 0, 0, 0);

    public LoraSupport {
        if (maxAdapters < 0 || !(stepMicros >= 0) || !(adapterMicros >= 0) || !(loadMicros >= 0)) {
            throw new IllegalArgumentException(
                    "maxAdapters (%d), stepMicros (%f), adapterMicros (%f) and loadMicros (%f) must not be negative."
                            .formatted(maxAdapters, stepMicros, adapterMicros, loadMicros));
        }
    }

    /** Time that this many different adapters add to a step before which so many are loaded. */
    double micros(int adapters, int loads) {
        return adapters == 0 ? 0 : stepMicros + adapterMicros * adapters + loadMicros * loads;
    }
}
