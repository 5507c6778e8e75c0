package dev.keelson.simulator.engine;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;

/**
 * The adapters that one rank holds on the accelerator. One that no running request uses stays until
 * its slot is needed; the least recently used goes first, as in vLLM. Not thread-safe.
 */
final class AdapterSlots {
    private final int slots;
    private final Map<Integer, Integer> users = new HashMap<>();

    /** The least recently used first. */
    private final SequencedSet<Integer> loaded = new LinkedHashSet<>();

    AdapterSlots(int slots) {
        this.slots = slots;
    }

    /** Whether a request for it can run beside those that run now. */
    boolean fits(int adapter) {
        return adapter == 0 || users.containsKey(adapter) || users.size() < slots;
    }

    /** Whether it need not be loaded. */
    boolean holds(int adapter) {
        return adapter == 0 || loaded.contains(adapter);
    }

    /**
     * A request begins to use it; it fits.
     *
     * @return whether it had to be loaded
     */
    boolean use(int adapter) {
        if (adapter == 0) {
            return false;
        }
        users.merge(adapter, 1, Integer::sum);
        boolean held = loaded.contains(adapter);
        if (!held && loaded.size() == slots) {
            dropIdle();
        }
        loaded.addLast(adapter);
        return !held;
    }

    private void dropIdle() {
        for (Iterator<Integer> i = loaded.iterator(); i.hasNext(); ) {
            if (!users.containsKey(i.next())) {
                i.remove();
                return;
            }
        }
    }

    /** A request no longer uses it. */
    void release(int adapter) {
        users.computeIfPresent(adapter, (_, count) -> count == 1 ? null : count - 1);
    }
}
