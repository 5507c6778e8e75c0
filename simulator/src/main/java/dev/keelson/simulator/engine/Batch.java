package dev.keelson.simulator.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** What one rank does in one step, and whom it gives tokens. Not thread-safe. */
final class Batch {
    private final List<Gift> gifts = new ArrayList<>();
    private final TreeSet<Integer> adapters = new TreeSet<>();
    private int prefillTokens;
    private double prefillPairs;
    private int decodes;
    private int drafts;
    private long contextSum;
    private int contextMin = Integer.MAX_VALUE;
    private int contextMax;
    private int sequences;
    private int loads;

    /**
     * Tokens for a sequence.
     *
     * @param life the sequence's life when the batch was put together
     */
    record Gift(Sequence sequence, int tokens, int life) {
        /** Whether the sequence was preempted since: then its tokens are lost. */
        boolean isStale() {
            return life != sequence.life;
        }
    }

    /** A chunk of a prompt; the last one gives a token. */
    void addPrefill(Sequence sequence, int tokens, int given) {
        prefillTokens += tokens;
        prefillPairs += tokens * (sequence.computed + tokens / 2.0);
        add(sequence, given);
    }

    /** One step of an answer, with drafts to verify. */
    void addDecode(Sequence sequence, int draftTokens, int given) {
        int context = sequence.computed + 1;
        decodes++;
        drafts += draftTokens;
        contextSum += context;
        contextMin = Math.min(contextMin, context);
        contextMax = Math.max(contextMax, context);
        add(sequence, given);
    }

    private void add(Sequence sequence, int given) {
        sequences++;
        if (sequence.request.adapter() != 0) {
            adapters.add(sequence.request.adapter());
        }
        if (given > 0) {
            gifts.add(new Gift(sequence, given, sequence.life));
        }
    }

    int sequences() {
        return sequences;
    }

    /** An adapter is brought into a slot before the step. */
    void addLoad() {
        loads++;
    }

    int loads() {
        return loads;
    }

    int adapters() {
        return adapters.size();
    }

    boolean decodes() {
        return decodes > 0;
    }

    List<Gift> gifts() {
        return gifts;
    }

    StepWork work() {
        return new StepWork(
                prefillTokens,
                prefillPairs,
                decodes,
                decodes + drafts,
                contextSum,
                decodes == 0 ? 0 : contextMin,
                contextMax,
                sequences + drafts);
    }
}
