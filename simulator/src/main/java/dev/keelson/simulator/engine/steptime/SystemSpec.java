package dev.keelson.simulator.engine.steptime;

/**
 * What a system's data sheet says, and two corrections that come with it.
 *
 * @param memoryBytesPerSecond peak rate of an accelerator's memory
 * @param memoryShare share of it that a plain read or write reaches
 * @param operationMicros constant of each such operation, in microseconds
 * @param memoryBytes an accelerator's memory
 * @param reservedBytes what of it neither weights nor keys and values may have
 */
public record SystemSpec(
        String name,
        double memoryBytesPerSecond,
        double memoryShare,
        double operationMicros,
        double memoryBytes,
        double reservedBytes) {

    /** Time to move so many bytes to or from memory. */
    public double moveMicros(double bytes) {
        return operationMicros + bytes / (memoryBytesPerSecond * memoryShare) * 1e6;
    }
}
