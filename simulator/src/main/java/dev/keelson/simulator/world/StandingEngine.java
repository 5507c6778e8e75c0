package dev.keelson.simulator.world;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * An engine that hangs: it takes requests, keeps them and does nothing. Its metrics stand where
 * they stood, but for the requests that it holds. Mutable.
 */
final class StandingEngine implements ReplicaModel {
    private final ReplicaModel engine;
    private final Load last;
    private final List<Sequence> held;

    StandingEngine(ReplicaModel engine, double nowSeconds) {
        this.engine = engine;
        last = engine.load(nowSeconds);
        held = new ArrayList<>(engine.abandon());
    }

    /** It moves again: what it holds still is computed anew. */
    ReplicaModel resume(double nowSeconds) {
        for (Sequence s : held) {
            s.evict();
            engine.submit(s, nowSeconds);
        }
        return engine;
    }

    List<Sequence> held() {
        return held;
    }

    /** Takes out what its clients or the gateway give up. */
    List<Sequence> take(Predicate<Sequence> which) {
        var taken = new ArrayList<Sequence>();
        for (Iterator<Sequence> i = held.iterator(); i.hasNext(); ) {
            var s = i.next();
            if (which.test(s)) {
                taken.add(s);
                i.remove();
            }
        }
        return taken;
    }

    @Override
    public void submit(Sequence sequence, double nowSeconds) {
        held.add(sequence);
    }

    @Override
    public double nextEventSeconds() {
        return Double.POSITIVE_INFINITY;
    }

    @Override
    public void advanceTo(double nowSeconds, BiConsumer<Sequence, Double> finished) {
        // It does nothing.
    }

    @Override
    public Load load(double nowSeconds) {
        int running = Math.min(held.size(), last.running());
        return new Load(
                running,
                held.size() - running,
                last.kvUsedTokens(),
                last.queuedPrefillTokens(),
                last.decodeKvTokens(),
                last.generatedTokens(),
                last.steps());
    }

    @Override
    public List<Sequence> abandon() {
        var all = List.copyOf(held);
        held.clear();
        return all;
    }
}
