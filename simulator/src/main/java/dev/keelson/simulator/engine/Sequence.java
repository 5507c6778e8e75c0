package dev.keelson.simulator.engine;

import java.util.ArrayList;
import java.util.List;

/** The state of one request inside a scheduler. Not thread-safe. */
final class Sequence {
    final EngineRequest request;
    final long queuedNanos;

    /** Place in the order of arrival. */
    final long turn;

    /** Tokens whose keys and values are computed, those of batches in flight included. */
    int computed;

    /** Tokens that were scheduled to be generated, those of batches in flight included. */
    int promised;

    /** Tokens that came out. */
    int generated;

    /**
     * Tokens to compute before the next one can be generated: the prompt, after a preemption with
     * what was generated.
     */
    int prefill;

    /** What speculation owes it beyond whole tokens, in [0, 1). */
    double owed;

    int anonymousBlocks;
    int publishedPrefixes;
    final List<Long> pinned = new ArrayList<>();
    long scheduledNanos = -1;
    long firstTokenNanos = -1;
    int preemptions;
    int cachedTokens;
    int adapterLoads;

    /** Counts preemptions: a token of an older life is dropped. */
    int life;

    Sequence(EngineRequest request, long queuedNanos, long turn) {
        this.request = request;
        this.queuedNanos = queuedNanos;
        this.turn = turn;
        this.prefill = request.promptTokens();
    }

    EngineSimulator.Unfinished unfinished() {
        return new EngineSimulator.Unfinished(request, firstTokenNanos, generated);
    }

    RequestTimes times(long lastTokenNanos) {
        return new RequestTimes(
                request,
                queuedNanos,
                scheduledNanos,
                firstTokenNanos,
                lastTokenNanos,
                preemptions,
                cachedTokens,
                adapterLoads);
    }
}
