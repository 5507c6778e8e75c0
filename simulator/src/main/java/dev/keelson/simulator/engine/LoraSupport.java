package dev.keelson.simulator.engine;

/**
 * Adapters that share the engine of one base model.
 *
 * @param maxAdapters different adapters in one batch ({@code max_loras}); 0 when the engine has
 *     none
 * @param stepMicros added to a step in which any adapter takes part, in microseconds
 * @param adapterMicros added for each of them, in microseconds
 */
public record LoraSupport(int maxAdapters, double stepMicros, double adapterMicros) {
    /** An engine without adapters. */
    public static final LoraSupport NONE = new LoraSupport(0, 0, 0);

    public LoraSupport {
        if (maxAdapters < 0 || !(stepMicros >= 0) || !(adapterMicros >= 0)) {
            throw new IllegalArgumentException(
                    "maxAdapters (%d), stepMicros (%f) and adapterMicros (%f) must not be negative."
                            .formatted(maxAdapters, stepMicros, adapterMicros));
        }
    }

    /** Time that this many different adapters add to a step. */
    double micros(int adapters) {
        return adapters == 0 ? 0 : stepMicros + adapterMicros * adapters;
    }
}
