package dev.keelson.runtime.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Continuous batching: which sequences run in the next step and which tokens of them are read.
 * Sequences that generate come first, each with one token of the step's budget; prompts are read in
 * chunks of what is left (Sarathi, Agrawal et al. 2024). A {@link Ranking} says who goes before
 * whom.
 *
 * <p>When blocks run out the worst sequence gives its own back and is computed again later. One
 * that only loses its place in the batch keeps them until then. Pure: no clock, no thread.
 */
final class Scheduler {
    private static final int[] NO_GUESSES = {};

    private final EngineLimits limits;
    private final Guesser guesser;
    private final KvCache cache;
    private final AdapterSlots adapters;
    private final PrefixKeys prefixes = new PrefixKeys();
    private final List<Sequence> waiting = new ArrayList<>();
    private final List<Sequence> running = new ArrayList<>();
    private EngineKnobs knobs;
    private Ranking ranking;
    private long preemptions;
    private long queriedTokens;
    private long foundTokens;

    Scheduler(EngineLimits limits, EngineKnobs knobs, Guesser guesser) {
        this.limits = limits;
        this.guesser = guesser;
        this.knobs = knobs;
        cache = new KvCache(limits.blocks(), knobs.prefixCaching());
        adapters = new AdapterSlots(limits.adapterSlots());
        ranking = knobs.policy().ranking(knobs.quantum(), knobs.starvationSteps());
    }

    void add(Sequence sequence) {
        ranking.arrived(sequence);
        waiting.add(sequence);
    }

    /** Takes a sequence out, wherever it is, and frees its blocks. */
    void remove(Sequence sequence) {
        waiting.remove(sequence);
        running.remove(sequence);
        sequence.release(cache);
        sequence.leave();
        ranking.gone(sequence);
    }

    /** Goes on with other knobs. */
    void change(EngineKnobs to) {
        knobs = to;
        cache.remember(to.prefixCaching());
        ranking = to.policy().ranking(to.quantum(), to.starvationSteps());
        forEach(ranking::arrived);
    }

    /** Forgets every prefix and adapter: the decoder's memory can no longer be trusted. */
    void forgetMemory() {
        cache.forgetAll();
        adapters.forgetAll();
    }

    KvCache cache() {
        return cache;
    }

    List<Sequence> running() {
        return running;
    }

    List<Sequence> waiting() {
        return waiting;
    }

    /** Sequences that lost their blocks, since the start. */
    long preemptions() {
        return preemptions;
    }

    /** Tokens that were looked up among the prefixes, since the start. */
    long queriedTokens() {
        return queriedTokens;
    }

    /** Tokens that were found there, since the start. */
    long foundTokens() {
        return foundTokens;
    }

    boolean isIdle() {
        return waiting.isEmpty() && running.isEmpty();
    }

    void forEach(Consumer<Sequence> action) {
        List<Sequence> all = new ArrayList<>(running);
        all.addAll(waiting);
        all.forEach(action);
    }

    /**
     * Notes that a sequence's slice was read.
     *
     * @return tokens of the request that had not been read before
     */
    int advance(Sequence sequence, int count) {
        ranking.served(sequence, count);
        return sequence.advance(count, limits.blockSize(), cache, prefixes);
    }

    /**
     * Lets a waiting sequence go on from the end of the prompt that its leader has just read.
     *
     * @return false if no more may run; it then waits on like any other
     */
    boolean fork(Sequence leader, Sequence follower) {
        if (running.size() >= knobs.maxSequences() || !waiting.remove(follower)) {
            return false;
        }
        follower.shareWith(leader, limits.blockSize(), cache);
        running.add(follower);
        return true;
    }

    /** The next step; empty only if there is no sequence. */
    StepPlan plan() {
        ranking.beforeStep(waiting);
        Comparator<Sequence> order = ranking.order();
        waiting.sort(order);
        running.sort(order);
        turnAdapters();
        displace();
        var step = new StepDraft(knobs.maxStepTokens());
        boolean roomy = runOn(step);
        if (roomy) {
            admit(step);
        }
        if (step.isEmpty() && !isIdle()) {
            force(step);
        }
        cache.check();
        return step.plan(adapters.takeLoads());
    }

    /**
     * Gives the slots of adapters in turn: one that waited long enough, or whose sequence is in a
     * better class, gets the slot of one that had its turn and runs nothing in a better class.
     */
    private void turnAdapters() {
        Set<Adapter> wanted = new LinkedHashSet<>();
        for (Sequence sequence : waiting) {
            if (sequence.adapter() != null) {
                wanted.add(sequence.adapter());
            }
        }
        adapters.beforeStep(wanted);
        for (Sequence sequence : wanted.isEmpty() ? List.<Sequence>of() : List.copyOf(waiting)) {
            if (!sequence.isHeldBack() && !hasRoom(sequence)) {
                for (int slot : adapters.byAge()) {
                    if (mayTake(slot, sequence)) {
                        giveSlot(slot, sequence);
                        break;
                    }
                }
            }
        }
    }

    private boolean mayTake(int slot, Sequence sequence) {
        Adapter wanted = Objects.requireNonNull(sequence.adapter());
        List<Sequence> users = users(slot, running);
        boolean turn = adapters.isDue(wanted) && adapters.hadTurn(slot) && !users.isEmpty();
        int rank = ranking.rankClass(sequence);
        // A slot that nobody runs in is kept for somebody who waits.
        for (Sequence other : users.isEmpty() ? users(slot, waiting) : users) {
            int otherRank = ranking.rankClass(other);
            if (otherRank < rank || (otherRank == rank && !turn)) {
                return false;
            }
        }
        return true;
    }

    /** Takes those that use a slot out of the batch; they keep their blocks. */
    private void giveSlot(int slot, Sequence sequence) {
        users(slot, running).forEach(this::pause);
        adapters.keep(slot, Objects.requireNonNull(sequence.adapter()));
    }

    private List<Sequence> users(int slot, List<Sequence> among) {
        Adapter held = adapters.held(slot);
        return among.stream().filter(s -> held != null && s.adapter() == held).toList();
    }

    private boolean hasRoom(Sequence sequence) {
        return adapters.hasRoom(sequence.adapter(), this::runs);
    }

    private boolean runs(Adapter adapter) {
        return running.stream().anyMatch(s -> s.adapter() == adapter);
    }

    /** Takes those out of the batch that are too many, or worse than one that waits. */
    private void displace() {
        while (running.size() > knobs.maxSequences()) {
            pause(running.getLast());
        }
        if (running.size() == knobs.maxSequences() && !waiting.isEmpty()) {
            Sequence best = waiting.stream().filter(this::hasRoom).findFirst().orElse(null);
            Sequence worst = running.getLast();
            if (best != null
                    && !best.isHeldBack()
                    && ranking.rankClass(best) < ranking.rankClass(worst)) {
                pause(worst);
            }
        }
    }

    private void pause(Sequence sequence) {
        running.remove(sequence);
        waiting.add(sequence);
        waiting.sort(ranking.order());
    }

    /**
     * Plans those that run already.
     *
     * @return whether all of them found the blocks that they need
     */
    private boolean runOn(StepDraft step) {
        boolean roomy = true;
        List<Sequence> order = new ArrayList<>(running);
        order.sort(Comparator.comparing(s -> s.pending() > 1)); // the ranking within both
        int generating = (int) order.stream().filter(s -> s.pending() == 1).count();
        for (Sequence sequence : order) {
            generating--;
            int count = Math.min(sequence.pending(), step.left());
            if (count == 0 || !running.contains(sequence)) {
                continue;
            }
            long before = preemptions;
            if (makeRoom(sequence, count, step)) {
                plan(sequence, count, guesses(sequence, Math.max(0, generating), step), step);
            } else {
                roomy = false; // it keeps what it has and tries again in the next step
            }
            roomy &= preemptions == before;
        }
        return roomy;
    }

    private boolean makeRoom(Sequence sequence, int count, StepDraft step) {
        int need = limits.blocksFor(sequence.computed() + count);
        while (sequence.missing(need, limits.blockSize(), cache) > cache.free()) {
            Sequence victim = victim(sequence, false);
            if (victim == null) {
                return false;
            }
            preempt(victim, step);
        }
        return true;
    }

    private void plan(Sequence sequence, int count, int[] guesses, StepDraft step) {
        StepPlan.Copy copy = sequence.own(limits.blockSize(), cache);
        sequence.hold(limits.blocksFor(sequence.computed() + count + guesses.length), cache);
        int slot = adapters.slotOf(sequence.adapter());
        adapters.used(slot);
        step.add(sequence, count, guesses, copy, slot);
    }

    /**
     * Guesses what a sequence says next, as far as tokens are left beside one for each that is
     * still to plan, and blocks without taking any from others.
     *
     * @param others sequences that generate and are not planned yet
     */
    private int[] guesses(Sequence sequence, int others, StepDraft step) {
        int most = Math.min(knobs.speculativeTokens(), step.left() - 1 - others);
        most = Math.min(most, sequence.parameters().maxTokens() - sequence.generated() - 1);
        if (most <= 0 || sequence.pending() != 1 || sequence.generated() == 0) {
            return NO_GUESSES;
        }
        int[] guesses = guesser.guess(sequence, most);
        int need = limits.blocksFor(sequence.computed() + 1 + guesses.length);
        boolean roomy = sequence.missing(need, limits.blockSize(), cache) <= cache.free();
        return roomy ? guesses : NO_GUESSES;
    }

    /** Gives the blocks back that held nothing but guesses which were wrong. */
    void settle(Sequence sequence) {
        sequence.keep(limits.blocksFor(sequence.computed()), cache);
    }

    /** Lets waiting sequences in while a slot, tokens and blocks are left. */
    private void admit(StepDraft step) {
        for (Sequence sequence : List.copyOf(waiting)) {
            if (step.left() == 0 || running.size() >= knobs.maxSequences()) {
                return;
            }
            // One that waits for a slot of its adapter is overtaken until its turn comes.
            if (sequence.isHeldBack() || !waiting.contains(sequence) || !hasRoom(sequence)) {
                continue;
            }
            if (!enter(sequence, step) && !ranking.mayOvertake()) {
                return;
            }
        }
    }

    /**
     * Starts a waiting sequence if all of its tokens so far, and one more, find blocks: free ones,
     * or those of sequences in a worse class.
     */
    private boolean enter(Sequence sequence, StepDraft step) {
        boolean holds = sequence.heldBlocks() > 0;
        if (!holds) {
            sequence.findPrefix(limits.blockSize(), cache, prefixes);
        }
        int whole = limits.blocksFor(Math.min(sequence.size() + 1, limits.maxModelTokens()));
        while (sequence.missing(whole, limits.blockSize(), cache) > cache.free()) {
            Sequence victim = victim(sequence, true);
            if (victim == null) {
                if (!holds) {
                    sequence.release(cache);
                }
                return false;
            }
            preempt(victim, step);
        }
        start(sequence, step);
        return true;
    }

    private void start(Sequence sequence, StepDraft step) {
        if (sequence.cached() < 0 && knobs.prefixCaching()) {
            queriedTokens += sequence.size();
            foundTokens += sequence.computed();
        }
        sequence.started();
        int slot = adapters.take(sequence.adapter(), this::runs);
        waiting.remove(sequence);
        running.add(sequence);
        StepPlan.Copy copy = sequence.own(limits.blockSize(), cache);
        sequence.hold(limits.blocksFor(sequence.size()), cache);
        step.add(sequence, Math.min(sequence.pending(), step.left()), NO_GUESSES, copy, slot);
    }

    /** Nobody found blocks: the one that is guaranteed to end gets all it needs. */
    private void force(StepDraft step) {
        List<Sequence> all = new ArrayList<>(running);
        all.addAll(waiting);
        Sequence sequence = ranking.guaranteed(all);
        while (running.size() >= knobs.maxSequences() && !running.contains(sequence)) {
            pause(running.getLast());
        }
        if (!hasRoom(sequence)) {
            giveSlot(adapters.byAge().getFirst(), sequence);
        }
        int whole = limits.blocksFor(Math.min(sequence.size() + 1, limits.maxModelTokens()));
        for (Sequence other : all) {
            if (sequence.missing(whole, limits.blockSize(), cache) <= cache.free()) {
                break;
            }
            if (other != sequence && other.heldBlocks() > 0) {
                preempt(other, step);
            }
        }
        if (running.remove(sequence)) {
            waiting.add(sequence);
        }
        start(sequence, step);
    }

    /**
     * Who gives its blocks to {@code taker}: the worst of those that hold any and rank behind it,
     * or null.
     */
    private @Nullable Sequence victim(Sequence taker, boolean worseClass) {
        List<Sequence> all = new ArrayList<>(running);
        all.addAll(waiting);
        Sequence kept = ranking.guaranteed(all);
        Comparator<Sequence> order = ranking.order();
        return all.stream()
                .filter(s -> s != taker && s != kept && s.heldBlocks() > 0)
                .filter(s ->
                        worseClass
                                ? ranking.rankClass(s) > ranking.rankClass(taker)
                                : order.compare(s, taker) > 0)
                .max(order)
                .orElse(null);
    }

    private void preempt(Sequence victim, StepDraft step) {
        step.drop(victim);
        if (running.remove(victim)) {
            waiting.add(victim);
            waiting.sort(ranking.order());
        }
        victim.release(cache);
        preemptions++;
    }
}
