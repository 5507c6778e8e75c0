package dev.keelson.runtime.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which adapters the decoder holds. One that runs stays; of the others the one unused for longest
 * makes room. A slot that was taken from an adapter for another is kept for that one until it runs
 * or nobody waits for it any more.
 */
final class AdapterSlots {
    /**
     * Steps for which an adapter may hold its slot, and another may wait for one, before they
     * change places. A load costs less than a step; so many steps make it a small part.
     */
    static final int TURN = 64;

    private final @Nullable Adapter[] held;
    private final boolean[] kept;
    private final long[] loadedAt;
    private final long[] usedAt;
    private final Map<Adapter, Long> wantedSince = new LinkedHashMap<>();
    private final List<StepPlan.Load> loads = new ArrayList<>();
    private long step;

    AdapterSlots(int count) {
        held = new Adapter[count];
        kept = new boolean[count];
        loadedAt = new long[count];
        usedAt = new long[count];
    }

    int count() {
        return held.length;
    }

    @Nullable Adapter held(int slot) {
        return held[slot];
    }

    /** The slot that holds it, or {@link StepPlan#NO_ADAPTER}. */
    int slotOf(@Nullable Adapter adapter) {
        for (int slot = 0; adapter != null && slot < held.length; slot++) {
            if (held[slot] == adapter) {
                return slot;
            }
        }
        return StepPlan.NO_ADAPTER;
    }

    /**
     * A step begins.
     *
     * @param wanted adapters of those that wait
     */
    void beforeStep(Set<Adapter> wanted) {
        step++;
        wantedSince.keySet().removeIf(adapter -> !wanted.contains(adapter));
        for (Adapter adapter : wanted) {
            if (slotOf(adapter) < 0) {
                wantedSince.putIfAbsent(adapter, step);
            }
        }
        for (int slot = 0; slot < held.length; slot++) {
            kept[slot] &= held[slot] != null && wanted.contains(held[slot]);
        }
    }

    /** Whether it has waited for its turn. */
    boolean isDue(Adapter adapter) {
        return step - wantedSince.getOrDefault(adapter, step) >= TURN;
    }

    /** Whether the slot's adapter has had its turn. */
    boolean hadTurn(int slot) {
        return step - loadedAt[slot] >= TURN;
    }

    /** Slots from the one loaded first. */
    List<Integer> byAge() {
        List<Integer> slots = new ArrayList<>();
        for (int slot = 0; slot < held.length; slot++) {
            slots.add(slot);
        }
        slots.sort((a, b) -> Long.compare(loadedAt[a], loadedAt[b]));
        return slots;
    }

    /** Whether a sequence with it could run: without one, with a slot, or with one to be had. */
    boolean hasRoom(@Nullable Adapter adapter, Predicate<Adapter> running) {
        return adapter == null || slotOf(adapter) >= 0 || idle(running) >= 0;
    }

    /**
     * The slot of a sequence that starts; the adapter is loaded if it is not held.
     *
     * @param running whether an adapter is in use
     */
    int take(@Nullable Adapter adapter, Predicate<Adapter> running) {
        if (adapter == null) {
            return StepPlan.NO_ADAPTER;
        }
        int slot = slotOf(adapter);
        if (slot < 0) {
            slot = idle(running);
            load(slot, adapter);
        }
        kept[slot] = false;
        usedAt[slot] = step;
        return slot;
    }

    /** Gives a slot, whose adapter does not run, to one that waits, and keeps it for that. */
    void keep(int slot, Adapter adapter) {
        load(slot, adapter);
        kept[slot] = true;
    }

    /** Notes that the slot's adapter ran in this step. */
    void used(int slot) {
        if (slot >= 0) {
            usedAt[slot] = step;
        }
    }

    /** What is to be loaded before the step that was planned. */
    List<StepPlan.Load> takeLoads() {
        List<StepPlan.Load> taken = List.copyOf(loads);
        loads.clear();
        return taken;
    }

    /** The decoder holds none any more. */
    void forgetAll() {
        Arrays.fill(held, null);
        Arrays.fill(kept, false);
        loads.clear();
    }

    private void load(int slot, Adapter adapter) {
        held[slot] = adapter;
        loadedAt[slot] = step;
        usedAt[slot] = step;
        wantedSince.remove(adapter);
        loads.add(new StepPlan.Load(slot, adapter.weights()));
    }

    /** An empty slot, or the one of those that do not run that was used first; -1 if none. */
    private int idle(Predicate<Adapter> running) {
        int best = -1;
        for (int slot = 0; slot < held.length; slot++) {
            Adapter adapter = held[slot];
            if (adapter == null) {
                return slot;
            }
            if (!kept[slot]
                    && !running.test(adapter)
                    && (best < 0 || usedAt[slot] < usedAt[best])) {
                best = slot;
            }
        }
        return best;
    }
}
