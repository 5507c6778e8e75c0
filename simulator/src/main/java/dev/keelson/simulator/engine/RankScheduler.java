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
    private long nextTurn;

    RankScheduler(EngineLimits limits) {
        this.limits = limits;
        this.kv =
                new KvBlocks(
                        limits.kvBlocks(),
                        Math.max(1, limits.prefixBlockTokens() / limits.blockTokens()));
        this.waiting = new TreeSet<>(serviceOrder(limits.order()));
    }

    void enqueue(EngineRequest request, long nowNanos) {
        waiting.add(new Sequence(request, nowNanos, nextTurn++));
    }

    boolean hasRequests() {
        return !waiting.isEmpty() || !running.isEmpty();
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
            int tokens = Math.min(pending(sequence), budget);
            if (tokens == 0) {
                continue;
            }
            int before = running.size();
            boolean kept = makeRoom(sequence, tokens);
            if (!kept) {
                preempted = true;
                break;
            }
            if (running.size() < before) {
                preempted = true;
                i = running.indexOf(sequence);
            }
            budget -= tokens;
            compute(batch, sequence, tokens);
        }
        if (!preempted) {
            admit(batch, budget, nowNanos);
        }
        return batch;
    }

    /** Takes over what a batch generated; returns the requests that are complete. */
    List<RequestTimes> complete(Batch batch, long nowNanos) {
        List<RequestTimes> finished = List.of();
        for (int i = 0; i < batch.tokenCount(); i++) {
            if (batch.isStale(i)) {
                continue;
            }
            var sequence = batch.tokenFor(i);
            sequence.generated++;
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
        while (budget > 0 && running.size() < limits.maxSequences() && !waiting.isEmpty()) {
            var sequence = waiting.first();
            var hashes = hashesOf(sequence);
            int hits = usableHits(sequence, kv.cachedPrefixes(hashes));
            int cached = hits * limits.prefixBlockTokens();
            int tokens = Math.min(sequence.prefill - cached, budget);
            int blocks = blocksFor(cached + tokens) - blocksFor(cached);
            if (!kv.fits(blocks, hashes, hits)) {
                return;
            }
            waiting.pollFirst();
            for (int i = 0; i < hits; i++) {
                kv.pin(hashes.get(i));
                sequence.pinned.add(hashes.get(i));
            }
            kv.take(blocks);
            sequence.anonymousBlocks = blocks;
            sequence.publishedPrefixes = hits;
            sequence.computed = cached;
            if (sequence.scheduledNanos < 0) {
                sequence.scheduledNanos = nowNanos;
                sequence.cachedTokens = cached;
            }
            running.add(sequence);
            budget -= tokens;
            compute(batch, sequence, tokens);
        }
    }

    /**
     * Tokens that the sequence could compute now: the rest of its prefill, one token of its answer,
     * or nothing.
     */
    private static int pending(Sequence sequence) {
        if (sequence.computed < sequence.prefill) {
            return sequence.prefill - sequence.computed;
        }
        return sequence.allPromised() ? 0 : 1;
    }

    private void compute(Batch batch, Sequence sequence, int tokens) {
        boolean givesToken = sequence.computed + tokens >= sequence.prefill;
        batch.add(sequence, tokens, givesToken);
        sequence.computed += tokens;
        if (givesToken) {
            sequence.promised++;
        }
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
