package dev.keelson.runtime.engine;

import java.util.List;

/**
 * A view of the engine between two steps. Counts are since the start.
 *
 * @param running sequences in the batch
 * @param waiting sequences not yet in it
 * @param freeBlocks blocks that no sequence holds
 * @param usedBlocks blocks that a sequence holds, counted apart
 * @param preemptions sequences that lost their blocks
 * @param steps of the decoder
 * @param queriedTokens prompt tokens looked up in the prefix cache
 * @param foundTokens prompt tokens found there
 * @param modelNanos time inside the decoder
 * @param stepNanos time of all steps, waiting for their least time not counted
 * @param firstTokenNanos expected time to the first token of a request that came now
 * @param asleep whether there is no model in memory
 * @param speculation what guessing has brought
 * @param draftBlocks blocks of the draft model's cache that sequences hold
 * @param runningAdapters names of adapters of sequences in the batch, in order
 * @param waitingAdapters names of adapters of sequences not in it, in order
 */
public record EngineLoad(
        int running,
        int waiting,
        int freeBlocks,
        int usedBlocks,
        int totalBlocks,
        long preemptions,
        long steps,
        long queriedTokens,
        long foundTokens,
        long modelNanos,
        long stepNanos,
        long firstTokenNanos,
        boolean asleep,
        Speculation speculation,
        int draftBlocks,
        List<String> runningAdapters,
        List<String> waitingAdapters) {
    public EngineLoad {
        runningAdapters = List.copyOf(runningAdapters);
        waitingAdapters = List.copyOf(waitingAdapters);
    }

    /** The same with more that wait. */
    EngineLoad withMoreWaiting(int more) {
        return new EngineLoad(
                running,
                waiting + more,
                freeBlocks,
                usedBlocks,
                totalBlocks,
                preemptions,
                steps,
                queriedTokens,
                foundTokens,
                modelNanos,
                stepNanos,
                firstTokenNanos,
                asleep,
                speculation,
                draftBlocks,
                runningAdapters,
                waitingAdapters);
    }

    /** Part of the key-value cache in use, 0 to 1. */
    public double cacheUsage() {
        return totalBlocks == 0 ? 0 : 1 - (double) freeBlocks / totalBlocks;
    }

    /** Whether nothing runs and nothing waits. */
    public boolean isIdle() {
        return running == 0 && waiting == 0;
    }
}
