package dev.keelson.simulator.engine;

import java.util.ArrayList;
import java.util.List;

/** What one rank does in one step, and whom it gives a token. Not thread-safe. */
final class Batch {
    private final List<Sequence> tokensFor = new ArrayList<>();
    private final List<Integer> lives = new ArrayList<>();
    private int prefillTokens;
    private double prefillPairs;
    private int decodes;
    private long contextSum;
    private int contextMin = Integer.MAX_VALUE;
    private int contextMax;
    private int sequences;

    void add(Sequence sequence, int tokens, boolean givesToken) {
        sequences++;
        int history = sequence.computed;
        if (tokens == 1 && history >= sequence.prefill) {
            int context = history + 1;
            decodes++;
            contextSum += context;
            contextMin = Math.min(contextMin, context);
            contextMax = Math.max(contextMax, context);
        } else {
            prefillTokens += tokens;
            prefillPairs += tokens * (history + tokens / 2.0);
        }
        if (givesToken) {
            tokensFor.add(sequence);
            lives.add(sequence.life);
        }
    }

    boolean isEmpty() {
        return sequences == 0;
    }

    int sequences() {
        return sequences;
    }

    StepWork work() {
        return new StepWork(
                prefillTokens,
                prefillPairs,
                decodes,
                contextSum,
                decodes == 0 ? 0 : contextMin,
                contextMax,
                sequences);
    }

    int tokenCount() {
        return tokensFor.size();
    }

    Sequence tokenFor(int index) {
        return tokensFor.get(index);
    }

    /**
     * Whether the sequence was preempted after this batch was put together: then its token is lost.
     */
    boolean isStale(int index) {
        return lives.get(index) != tokensFor.get(index).life;
    }
}
