package dev.keelson.runtime.engine;

/**
 * A view of the engine between two steps.
 *
 * @param running sequences in the batch
 * @param waiting sequences not yet in it
 * @param preemptions sequences that lost their blocks since the start
 * @param steps steps since the start
 */
public record EngineLoad(
        int running, int waiting, int freeBlocks, int totalBlocks, long preemptions, long steps) {
    /** Part of the key-value cache in use, 0 to 1. */
    public double cacheUsage() {
        return totalBlocks == 0 ? 0 : 1 - (double) freeBlocks / totalBlocks;
    }

    /** Whether nothing runs and nothing waits. */
    public boolean isIdle() {
        return running == 0 && waiting == 0;
    }
}
