package dev.keelson.simulator.world;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * An engine whose steps take longer than they should: its own clock runs slower than the world's.
 * Until the first change of pace it is the engine itself. Mutable.
 */
final class PacedEngine implements ReplicaModel {
    /** From {@code world} on the engine's clock stands at {@code own} and runs at {@code rate}. */
    private record Pace(double world, double own, double rate) {}

    private final ReplicaModel engine;
    private final List<Pace> paces = new ArrayList<>();

    /** Requests that came with a first token: its time is the world's already. */
    private final Set<Sequence> begun = Collections.newSetFromMap(new IdentityHashMap<>());

    PacedEngine(ReplicaModel engine) {
        this.engine = engine;
        paces.add(new Pace(0, 0, 1));
    }

    /**
     * @param factor so many times as long takes each step from now on; 1 for its own pace
     */
    void slow(double nowSeconds, double factor) {
        paces.add(new Pace(nowSeconds, own(nowSeconds), 1 / factor));
    }

    @Override
    public boolean admits(Sequence sequence) {
        return engine.admits(sequence);
    }

    @Override
    public int cachedTokens(Sequence sequence) {
        return engine.cachedTokens(sequence);
    }

    @Override
    public double adapterSwitchSeconds(Sequence sequence) {
        return engine.adapterSwitchSeconds(sequence);
    }

    @Override
    public void submit(Sequence sequence, double nowSeconds) {
        if (!Double.isNaN(sequence.firstTokenSeconds)) {
            begun.add(sequence);
        }
        engine.submit(sequence, own(nowSeconds));
    }

    @Override
    public double nextEventSeconds() {
        double own = engine.nextEventSeconds();
        return own == Double.POSITIVE_INFINITY ? own : world(own);
    }

    @Override
    public void advanceTo(double nowSeconds, BiConsumer<Sequence, Double> finished) {
        double until = own(nowSeconds);
        if (nowSeconds >= nextEventSeconds()) {
            // Rounding on the way there and back must not leave a due event undone.
            until = Math.max(until, engine.nextEventSeconds());
        }
        engine.advanceTo(
                until,
                (s, at) -> {
                    toWorld(s);
                    finished.accept(s, world(at));
                });
    }

    @Override
    public Load load(double nowSeconds) {
        return engine.load(own(nowSeconds));
    }

    @Override
    public List<Sequence> abandon() {
        var left = engine.abandon();
        left.forEach(this::toWorld);
        return left;
    }

    private void toWorld(Sequence s) {
        if (!begun.remove(s) && !Double.isNaN(s.firstTokenSeconds)) {
            s.firstTokenSeconds = world(s.firstTokenSeconds);
        }
    }

    private double own(double worldSeconds) {
        var pace = paces.getLast();
        return pace.own() + (worldSeconds - pace.world()) * pace.rate();
    }

    private double world(double ownSeconds) {
        int i = paces.size() - 1;
        while (i > 0 && paces.get(i).own() > ownSeconds) {
            i--;
        }
        var pace = paces.get(i);
        return pace.world() + (ownSeconds - pace.own()) / pace.rate();
    }
}
