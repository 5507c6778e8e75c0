package dev.keelson.simulator.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The paged KV memory of one rank. Not thread-safe.
 *
 * <p>Blocks are counted, not numbered: which block holds what changes no time. A block of a known
 * prefix is shared by all its readers and stays when the last one leaves, until its room is needed;
 * the one unused for longest goes first, and of one request the deepest first.
 */
final class KvBlocks {
    private final int total;
    private final int blocksPerPrefix;
    private int free;
    private int sharedInUse;
    private final Map<Long, Integer> readers = new HashMap<>();
    private final LinkedHashMap<Long, Boolean> unused = new LinkedHashMap<>();

    KvBlocks(int total, int blocksPerPrefix) {
        this.total = total;
        this.blocksPerPrefix = blocksPerPrefix;
        this.free = total;
    }

    /** How many of the leading hashes are held now. */
    int cachedPrefixes(List<Long> hashes) {
        int hits = 0;
        while (hits < hashes.size() && holds(hashes.get(hits))) {
            hits++;
        }
        return hits;
    }

    /** Whether this many anonymous blocks can be had once the given cached prefixes are pinned. */
    boolean fits(int blocks, List<Long> hashes, int pinned) {
        int idle = 0;
        for (int i = 0; i < pinned; i++) {
            if (unused.containsKey(hashes.get(i))) {
                idle++;
            }
        }
        return blocks <= free + (unused.size() - idle) * blocksPerPrefix;
    }

    /** Takes anonymous blocks; false, and nothing taken, when there is no room. */
    boolean take(int blocks) {
        if (blocks <= free) {
            free -= blocks;
            return true;
        }
        if (blocks > free + unused.size() * blocksPerPrefix) {
            return false;
        }
        while (free < blocks) {
            unused.pollFirstEntry();
            free += blocksPerPrefix;
        }
        free -= blocks;
        return true;
    }

    /** Becomes a reader of a held prefix. */
    void pin(long hash) {
        if (unused.remove(hash) != null) {
            sharedInUse += blocksPerPrefix;
        }
        readers.merge(hash, 1, Integer::sum);
    }

    /**
     * Turns anonymous blocks that were just filled into a shared prefix; the double of a held one
     * stays anonymous: false.
     */
    boolean publish(long hash) {
        if (holds(hash)) {
            return false;
        }
        readers.put(hash, 1);
        sharedInUse += blocksPerPrefix;
        return true;
    }

    /** Gives back anonymous blocks and the reader's place at its prefixes. */
    void release(int anonymous, List<Long> pinned) {
        free += anonymous;
        for (int i = pinned.size() - 1; i >= 0; i--) {
            long hash = pinned.get(i);
            int left = readers.merge(hash, -1, Integer::sum);
            if (left == 0) {
                readers.remove(hash);
                sharedInUse -= blocksPerPrefix;
                unused.put(hash, true);
            }
        }
    }

    /** Blocks that running requests hold. */
    int inUse() {
        return total - free - unused.size() * blocksPerPrefix;
    }

    int total() {
        return total;
    }

    int sharedInUse() {
        return sharedInUse;
    }

    List<Long> unusedPrefixes() {
        return new ArrayList<>(unused.keySet());
    }

    private boolean holds(long hash) {
        return readers.containsKey(hash) || unused.containsKey(hash);
    }
}
