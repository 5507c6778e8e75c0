package dev.keelson.simulator.engine.profile;

/**
 * One measured operating point of a real engine: so many requests at once, all the time.
 *
 * @param aggregated whether one set of accelerators does prompts and decodes
 * @param promptTokens nominal length of a prompt
 * @param outputTokens nominal length of an answer
 * @param products type of the weights, as the kernel tables name it
 * @param experts type of the experts' weights
 * @param concurrency requests in flight over all ranks
 * @param data copies of the attention
 * @param ttftMillis mean time to the first token, in milliseconds
 * @param tpotMillis mean time of a later token, in milliseconds
 */
public record MeasuredPoint(
        String id,
        String backend,
        String version,
        String model,
        String system,
        boolean aggregated,
        int promptTokens,
        int outputTokens,
        String products,
        String experts,
        int concurrency,
        int tensor,
        int pipeline,
        int data,
        int expertTensor,
        int expert,
        double ttftMillis,
        double tpotMillis) {}
