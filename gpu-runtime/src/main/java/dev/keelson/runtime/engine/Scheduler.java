package dev.keelson.runtime.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * Continuous batching: which sequences run in the next step and which tokens of them are read.
 * First come, first served; when blocks run out the youngest running sequence gives its blocks back
 * and is computed again later, so the oldest always ends.
 */
final class Scheduler {
    private final EngineLimits limits;
    private final KvBlocks blocks;
    private final Deque<Sequence> waiting = new ArrayDeque<>();
    private final List<Sequence> running = new ArrayList<>();
    private long preemptions;

    Scheduler(EngineLimits limits) {
        this.limits = limits;
        blocks = new KvBlocks(limits.blocks());
    }

    void add(Sequence sequence) {
        waiting.addLast(sequence);
    }

    /** Takes a sequence out, wherever it is, and frees its blocks. */
    void remove(Sequence sequence) {
        waiting.remove(sequence);
        running.remove(sequence);
        sequence.release(blocks);
    }

    List<Sequence> running() {
        return running;
    }

    int waitingCount() {
        return waiting.size();
    }

    int freeBlocks() {
        return blocks.free();
    }

    int totalBlocks() {
        return blocks.total();
    }

    long preemptions() {
        return preemptions;
    }

    boolean isIdle() {
        return waiting.isEmpty() && running.isEmpty();
    }

    void forEach(Consumer<Sequence> action) {
        List<Sequence> all = new ArrayList<>(running);
        all.addAll(waiting);
        all.forEach(action);
    }

    /** The next step; empty if nothing can run. */
    StepPlan plan() {
        List<StepPlan.Slice> slices = new ArrayList<>();
        int budget = limits.maxStepTokens();
        boolean preempted = false;
        // Decoding sequences come first: each needs one token of the budget, and it holds one for
        // each of them.
        List<Sequence> order = new ArrayList<>(running);
        order.sort(Comparator.comparing(s -> s.pending() > 1));
        for (Sequence sequence : order) {
            int count = Math.min(sequence.pending(), budget);
            if (count == 0 || !running.contains(sequence)) {
                continue;
            }
            int before = running.size();
            boolean fits = makeRoom(sequence, count, slices);
            preempted |= running.size() < before;
            if (fits) {
                slices.add(sequence.slice(count));
                budget -= count;
            }
        }
        if (!preempted) {
            admit(slices, budget);
        }
        slices.sort(Comparator.comparing(s -> s.tokens().length > 1));
        return new StepPlan(slices);
    }

    /**
     * Takes the blocks for {@code count} more tokens, at the cost of sequences younger than this
     * one.
     */
    private boolean makeRoom(Sequence sequence, int count, List<StepPlan.Slice> slices) {
        int need = limits.blocksFor(sequence.computed() + count);
        while (need - sequence.heldBlocks() > blocks.free()) {
            Sequence victim = running.getLast();
            preempt(victim);
            slices.removeIf(s -> s.sequence() == victim.id());
            if (victim == sequence) {
                return false;
            }
        }
        sequence.hold(need, blocks);
        return true;
    }

    private void preempt(Sequence victim) {
        running.remove(victim);
        victim.release(blocks);
        waiting.addFirst(victim);
        preemptions++;
    }

    /**
     * Lets waiting sequences in while all of their tokens so far, and one more, find free blocks.
     */
    private void admit(List<StepPlan.Slice> slices, int left) {
        int budget = left;
        while (budget > 0 && running.size() < limits.maxSequences() && !waiting.isEmpty()) {
            Sequence sequence = waiting.getFirst();
            int whole = Math.min(sequence.size() + 1, limits.maxModelTokens());
            if (limits.blocksFor(whole) > blocks.free()) {
                return;
            }
            waiting.removeFirst();
            running.add(sequence);
            sequence.hold(limits.blocksFor(sequence.size()), blocks);
            int count = Math.min(sequence.pending(), budget);
            slices.add(sequence.slice(count));
            budget -= count;
        }
    }
}
