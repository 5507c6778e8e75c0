package dev.keelson.simulator.world;

import dev.keelson.simulator.engine.EngineRequest;
import dev.keelson.simulator.engine.EngineSimulator;
import dev.keelson.simulator.engine.LoraSupport;
import dev.keelson.simulator.trace.DetailedEngine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * The engine simulator as a replica: iteration by iteration, with KV blocks, prefix cache,
 * preemption and asynchronous scheduling. Its clock counts whole nanoseconds since the start of the
 * world.
 */
final class DetailedReplica implements ReplicaModel {
    private static final double NANOS = 1e9;

    private final EngineSimulator engine;
    private final int blockTokens;
    private final LoraSupport lora;
    private final Map<String, Integer> adapters = new HashMap<>();
    private final Map<Long, Sequence> inside = new HashMap<>();
    private long nextId;

    DetailedReplica(DetailedEngine detailed) {
        engine = new EngineSimulator(detailed.limits(), detailed.stepTime(), 1);
        lora = detailed.limits().lora();
        blockTokens = detailed.limits().blockTokens();
    }

    @Override
    public boolean admits(Sequence sequence) {
        return engine.admits(request(-1, sequence, 0));
    }

    @Override
    public void submit(Sequence sequence, double nowSeconds) {
        long id = nextId++;
        inside.put(id, sequence);
        engine.submit(request(id, sequence, nanos(nowSeconds)));
    }

    private EngineRequest request(long id, Sequence sequence, long nanos) {
        return new EngineRequest(
                id,
                nanos,
                sequence.promptTokens,
                sequence.outputTokens,
                sequence.label.priority(),
                sequence.prefixHashes,
                adapter(sequence));
    }

    /** The engine's number for it, from 1; 0 for the base model, or where it has no adapters. */
    private int adapter(Sequence sequence) {
        var name = sequence.label.adapter();
        return name.isEmpty() || lora.maxAdapters() == 0
                ? 0
                : adapters.computeIfAbsent(name, n -> adapters.size() + 1);
    }

    @Override
    public int cachedTokens(Sequence sequence) {
        return sequence.prefixHashes.isEmpty() ? 0 : engine.cachedTokens(request(-1, sequence, 0));
    }

    @Override
    public double adapterSwitchSeconds(Sequence sequence) {
        return adapter(sequence) == 0 || engine.holdsAdapter(request(-1, sequence, 0))
                ? 0
                : lora.loadMicros() / 1e6;
    }

    @Override
    public double nextEventSeconds() {
        var next = engine.nextEventNanos();
        return next.isPresent() ? next.getAsLong() / NANOS : Double.POSITIVE_INFINITY;
    }

    @Override
    public void advanceTo(double nowSeconds, BiConsumer<Sequence, Double> finished) {
        engine.advanceTo(nanos(nowSeconds));
        for (var times : engine.takeFinished()) {
            var sequence = taken(times.request());
            if (Double.isNaN(sequence.firstTokenSeconds)) {
                sequence.firstTokenSeconds = times.firstTokenNanos() / NANOS;
            }
            sequence.produced = sequence.outputTokens;
            sequence.cachedTokens = times.cachedTokens();
            sequence.adapterLoaded = times.adapterLoads() > 0;
            finished.accept(sequence, times.lastTokenNanos() / NANOS);
        }
    }

    @Override
    public Load load(double nowSeconds) {
        var now = engine.occupancy();
        return new Load(
                now.running(),
                now.waiting(),
                (double) now.kvBlocksUsed() * blockTokens,
                now.prefillTokensLeft(),
                now.decodeContextTokens(),
                now.generatedTokens(),
                now.steps());
    }

    @Override
    public List<Sequence> abandon() {
        var all = new ArrayList<Sequence>();
        for (var left : engine.abandon()) {
            var sequence = taken(left.request());
            sequence.produced = left.generatedTokens();
            if (left.firstTokenNanos() >= 0) {
                sequence.firstTokenSeconds = left.firstTokenNanos() / NANOS;
            }
            all.add(sequence);
        }
        return all;
    }

    private Sequence taken(EngineRequest request) {
        var sequence = inside.remove(request.id());
        if (sequence == null) {
            throw new IllegalStateException("Nobody submitted request %d.".formatted(request.id()));
        }
        return sequence;
    }

    private static long nanos(double seconds) {
        return Math.round(seconds * NANOS);
    }
}
