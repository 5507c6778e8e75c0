package dev.keelson.gateway.route;

import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * Which adapters a replica holds, as far as can be told from what this gateway sent there: engines
 * let the one unused for longest go. What other gateways send is not known. NOT thread-safe.
 */
final class AdaptersHeld {
    /** Where the engine's settings do not say it: gpu-runtime's default. */
    static final int USUAL_SLOTS = 4;

    private static final Boolean HELD = true;

    private final SequencedMap<String, Boolean> latestLast = new LinkedHashMap<>(8, .75f, true);

    /**
     * A request for the adapter goes there.
     *
     * @param slots adapters that the replica holds at once; 0: not known
     */
    void sent(String adapter, int slots) {
        latestLast.put(adapter, HELD);
        int most = slots == 0 ? USUAL_SLOTS : slots;
        while (latestLast.size() > most) {
            latestLast.pollFirstEntry();
        }
    }

    boolean holds(String adapter) {
        return latestLast.containsKey(adapter);
    }

    /** The engine was lost: what comes back in its place has loaded nothing. */
    void clear() {
        latestLast.clear();
    }
}
