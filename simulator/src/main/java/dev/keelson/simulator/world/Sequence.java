package dev.keelson.simulator.world;

import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.simulator.trace.TraceRequest;
import dev.keelson.simulator.trace.TraceRequest.Label;
import java.util.ArrayList;
import java.util.List;

/** One request on its way through the fleet. Mutable: it belongs to whoever holds it. */
final class Sequence {
    final int index;
    final double arrivalSeconds;
    final int promptTokens;
    final int outputTokens;
    final Label label;
    final List<Long> prefixHashes;

    /**
     * Tokens to compute before the next token comes: the prompt, or all of it after a preemption.
     */
    int prefillLeft;

    /** Tokens whose KV is computed. */
    int contextTokens;

    /** Tokens that came out. */
    int produced;

    /** Count of the replica's decode steps at which it is complete. */
    long finishAtStep;

    /** Prompt tokens that the present step computes. */
    int chunk;

    /** Prompt tokens that were found in the prefix cache of the replica that answered. */
    int cachedTokens;

    /** The replica that answered had to load its adapter. */
    boolean adapterLoaded;

    /** Places at replicas that it lost again before its first token. */
    int attempts;

    /** Of them, those whose engine died. */
    int deaths;

    /** Where it was without success: others are better for it. */
    final List<ReplicaId> tried = new ArrayList<>(0);

    double dispatchedSeconds = Double.NaN;
    double firstTokenSeconds = Double.NaN;

    Sequence(int index, double arrivalSeconds, int promptTokens, int outputTokens) {
        this(index, new TraceRequest(arrivalSeconds, promptTokens, outputTokens));
    }

    Sequence(int index, TraceRequest request) {
        this.index = index;
        arrivalSeconds = request.seconds();
        promptTokens = request.promptTokens();
        outputTokens = request.outputTokens();
        label = request.label();
        prefixHashes = request.prefixHashes();
        prefillLeft = promptTokens;
    }

    /** Everything computed is lost; what was put out stays put out. */
    void evict() {
        prefillLeft = promptTokens + produced;
        contextTokens = 0;
    }
}
