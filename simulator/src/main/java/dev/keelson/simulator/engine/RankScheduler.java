package dev.keelson.simulator.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * Iteration-level scheduling of one rank, as in vLLM's V1 engine. Not thread-safe.
 *
 * <p>Running requests come first, in the order in which they started: each gets one token, or the
 * next chunk of its prompt. What is left of the token budget goes to waiting requests. A running
 * request that finds no block preempts the last one, which is computed again from the start; in
 * such a step nobody is admitted.
 */
final class RankScheduler {
    private final EngineLimits limits;
    private final KvBlocks kv;
    private final TreeSet<Sequence> waiting;
    private final List<Sequence> running = new ArrayList<>();
    private final AdapterSlots adapters;
    private long nextTurn;
    private long generatedTokens;

    RankScheduler(EngineLimits limits) {
        this.limits = limits;
        this.kv =
                new KvBlocks(
                        limits.kvBlocks(),
                        Math.max(1, limits.prefixBlockTokens() / limits.blockTokens()));
        this.adapters = new AdapterSlots(limits.lora().maxAdapters());
        this.waiting = new TreeSet<>(serviceOrder(limits.order()));
    }

    void enqueue(EngineRequest request, long nowNanos) {
        waiting.add(new Sequence(request, nowNanos, nextTurn++));
    }

    int waitingCount() {
        return waiting.size();
    }

    int runningCount() {
        return running.size();
    }

    KvBlocks kv() {
        return kv;
    }

    long prefillTokensLeft() {
        long left = 0;
        for (var sequence : waiting) {
            left += sequence.prefill - cachedTokens(sequence);
        }
        for (var sequence : running) {
            left += Math.max(0, sequence.prefill - sequence.computed);
        }
        return left;
    }

    long decodeContextTokens() {
        long context = 0;
        for (var sequence : running) {
            context += sequence.computed >= sequence.prefill ? sequence.computed : 0;
        }
        return context;
    }

    long generatedTokens() {
        return generatedTokens;
    }

    /** Takes out all requests. */
    List<EngineSimulator.Unfinished> abandon() {
        var left = new ArrayList<EngineSimulator.Unfinished>();
        running.forEach(sequence -> release(sequence));
        running.forEach(sequence -> left.add(sequence.unfinished()));
        waiting.forEach(sequence -> left.add(sequence.unfinished()));
        running.clear();
        waiting.clear();
        return left;
    }

    /** Blocks that running requests hold alone. */
    int anonymousBlocks() {
        return running.stream().mapToInt(sequence -> sequence.anonymousBlocks).sum();
    }

    /** Puts the next batch together; empty when nothing can be computed now. */
    Batch schedule(long nowNanos) {
        var batch = new Batch();
        int budget = limits.maxBatchedTokens();
        boolean preempted = false;
        for (int i = 0; i < running.size() && budget > 0; i++) {
            var sequence = running.get(i);
            var step = nextStep(sequence, budget);
            if (step.advance() == 0) {
                continue;
            }
            int before = running.size();
            boolean kept = makeRoom(sequence, step.advance());
            if (!kept) {
                preempted = true;
                i--;
                continue;
            }
            if (running.size() < before) {
                preempted = true;
                i = running.indexOf(sequence);
            }
            budget -= step.cost();
            compute(batch, sequence, step);
        }
        if (!preempted || batch.sequences() == 0) {
            admit(batch, budget, nowNanos);
        }
        return batch;
    }

    /** Takes over what a batch generated; returns the requests that are complete. */
    List<RequestTimes> complete(Batch batch, long nowNanos) {
        List<RequestTimes> finished = List.of();
        for (var gift : batch.gifts()) {
            if (gift.isStale()) {
                continue;
            }
            var sequence = gift.sequence();
            sequence.generated += gift.tokens();
            generatedTokens += gift.tokens();
            if (sequence.firstTokenNanos < 0) {
                sequence.firstTokenNanos = nowNanos;
            }
            if (sequence.generated == sequence.request.outputTokens()) {
                release(sequence);
                running.remove(sequence);
                if (finished.isEmpty()) {
                    finished = new ArrayList<>();
                }
                finished.add(sequence.times(nowNanos));
            }
        }
        return finished;
    }

    private void admit(Batch batch, int budgetLeft, long nowNanos) {
        int budget = budgetLeft;
        var candidates = waiting.iterator();
        while (budget > 0 && running.size() < limits.maxSequences() && candidates.hasNext()) {
            var sequence = candidates.next();
            if (!adapters.fits(sequence.request.adapter())) {
                continue;
            }
            var hashes = hashesOf(sequence);
            int hits = usableHits(sequence, kv.cachedPrefixes(hashes));
            int cached = hits * limits.prefixBlockTokens();
            int tokens = Math.min(sequence.prefill - cached, budget);
            int blocks = blocksFor(cached + tokens) - blocksFor(cached);
            if (!kv.fits(blocks, hashes, hits)) {
                return;
            }
            candidates.remove();
            if (start(sequence, hashes.subList(0, hits), blocks, nowNanos)) {
                batch.addLoad();
            }
            budget -= tokens;
            compute(batch, sequence, new Step(tokens, 0));
        }
    }

    /** True where its adapter has to be loaded. */
    private boolean start(Sequence sequence, List<Long> cachedPrefixes, int blocks, long nowNanos) {
        cachedPrefixes.forEach(kv::pin);
        sequence.pinned.addAll(cachedPrefixes);
        kv.take(blocks);
        sequence.anonymousBlocks = blocks;
        sequence.publishedPrefixes = cachedPrefixes.size();
        sequence.computed = cachedPrefixes.size() * limits.prefixBlockTokens();
        if (sequence.scheduledNanos < 0) {
            sequence.scheduledNanos = nowNanos;
            sequence.cachedTokens = sequence.computed;
        }
        running.add(sequence);
        boolean loads = adapters.use(sequence.request.adapter());
        sequence.adapterLoads += loads ? 1 : 0;
        return loads;
    }

    int cachedTokens(EngineRequest request) {
        return request.prefixHashes().isEmpty() ? 0 : cachedTokens(new Sequence(request, 0, 0));
    }

    private int cachedTokens(Sequence sequence) {
        return usableHits(sequence, kv.cachedPrefixes(hashesOf(sequence)))
                * limits.prefixBlockTokens();
    }

    boolean holdsAdapter(int adapter) {
        return adapters.holds(adapter);
    }

    /**
     * What a sequence does in one step.
     *
     * @param advance tokens by which its KV cache grows
     * @param drafts proposed tokens, accepted ones included
     */
    private record Step(int advance, int drafts) {
        /** What it takes of the token budget. */
        int cost() {
            return drafts > 0 ? 1 + drafts : advance;
        }
    }

    /** The rest of its prefill, one step of its answer, or nothing. */
    private Step nextStep(Sequence sequence, int budget) {
        if (sequence.computed < sequence.prefill) {
            return new Step(Math.min(sequence.prefill - sequence.computed, budget), 0);
        }
        int missing = sequence.request.outputTokens() - sequence.promised;
        int drafts = Math.min(limits.speculation().draftTokens(), Math.min(budget, missing) - 1);
        if (drafts <= 0) {
            return new Step(Math.min(missing, 1), 0);
        }
        double due = sequence.owed + limits.speculation().expectedTokens(drafts);
        return new Step((int) Math.min(due, 1.0 + drafts), drafts);
    }

    private void compute(Batch batch, Sequence sequence, Step step) {
        if (sequence.computed >= sequence.prefill) {
            if (step.drafts() > 0) {
                double due = sequence.owed + limits.speculation().expectedTokens(step.drafts());
                sequence.owed = Math.min(due - step.advance(), 1);
            }
            batch.addDecode(sequence, step.drafts(), step.advance());
            sequence.promised += step.advance();
        } else {
            int given = sequence.computed + step.advance() == sequence.prefill ? 1 : 0;
            batch.addPrefill(sequence, step.advance(), given);
            sequence.promised += given;
        }
        sequence.computed += step.advance();
        publishPrefixes(sequence);
    }

    private void publishPrefixes(Sequence sequence) {
        var hashes = hashesOf(sequence);
        while (sequence.publishedPrefixes < hashes.size()
                && (sequence.publishedPrefixes + 1) * limits.prefixBlockTokens()
                        <= sequence.computed) {
            long hash = hashes.get(sequence.publishedPrefixes++);
            if (kv.publish(hash)) {
                sequence.pinned.add(hash);
                sequence.anonymousBlocks -= limits.prefixBlockTokens() / limits.blockTokens();
            }
        }
    }

    /**
     * Gets the blocks for the next tokens, at the expense of later requests if need be; false when
     * the sequence itself had to go.
     */
    private boolean makeRoom(Sequence sequence, int tokens) {
        int blocks = blocksFor(sequence.computed + tokens) - blocksFor(sequence.computed);
        while (blocks > 0 && !kv.take(blocks)) {
            var victim = victim();
            preempt(victim);
            if (victim == sequence) {
                return false;
            }
        }
        sequence.anonymousBlocks += blocks;
        return true;
    }

    private Sequence victim() {
        return switch (limits.order()) {
            case ARRIVAL -> running.getLast();
            case PRIORITY -> running.stream().max(serviceOrder(limits.order())).orElseThrow();
        };
    }

    private void preempt(Sequence sequence) {
        running.remove(sequence);
        release(sequence);
        sequence.computed = 0;
        sequence.promised = sequence.generated;
        sequence.prefill = sequence.request.promptTokens() + sequence.generated;
        sequence.preemptions++;
        sequence.life++;
        // It keeps its turn, and with it its place before all who came later: two that preempt each
        // other in turns would never end.
        waiting.add(sequence);
    }

    private void release(Sequence sequence) {
        kv.release(sequence.anonymousBlocks, sequence.pinned);
        sequence.anonymousBlocks = 0;
        sequence.publishedPrefixes = 0;
        sequence.pinned.clear();
        adapters.release(sequence.request.adapter());
    }

    private List<Long> hashesOf(Sequence sequence) {
        return limits.prefixBlockTokens() == 0 ? List.of() : sequence.request.prefixHashes();
    }

    /**
     * The last token of a prompt is always computed, so that there is something to generate from.
     */
    private int usableHits(Sequence sequence, int hits) {
        int perHash = limits.prefixBlockTokens();
        return perHash == 0 ? 0 : Math.min(hits, (sequence.prefill - 1) / perHash);
    }

    private int blocksFor(int tokens) {
        return (tokens + limits.blockTokens() - 1) / limits.blockTokens();
    }

    private static Comparator<Sequence> serviceOrder(EngineLimits.Order order) {
        Comparator<Sequence> byTurn = Comparator.comparingLong(sequence -> sequence.turn);
        return switch (order) {
            case ARRIVAL -> byTurn;
            case PRIORITY ->
                    Comparator.<Sequence>comparingInt(sequence -> sequence.request.priority())
                            .thenComparing(byTurn);
        };
    }
}
