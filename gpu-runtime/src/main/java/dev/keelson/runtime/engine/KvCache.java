package dev.keelson.runtime.engine;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of the paged key-value cache: how many sequences hold each, and which prefixes lie in
 * full ones (paging and sharing after vLLM, Kwon et al. 2023). A block that nobody holds is free
 * even if it is remembered; the one unused for longest is forgotten first.
 *
 * <p>Empty blocks are taken before remembered ones and lowest first, so that a lightly used cache
 * touches little memory.
 */
final class KvCache {
    private final int[] holders;
    private final @Nullable PrefixKey[] keys;
    private final BitSet empty;
    private final Map<PrefixKey, Integer> remembered = new HashMap<>();
    private final SequencedSet<Integer> unused = new LinkedHashSet<>(); // least recently first
    private int emptyCount;
    private int used;
    private boolean remembering;

    KvCache(int total, boolean remembering) {
        this.remembering = remembering;
        holders = new int[total];
        keys = new PrefixKey[total];
        empty = new BitSet(total);
        empty.set(0, total);
        emptyCount = total;
    }

    int total() {
        return holders.length;
    }

    /** Blocks that nobody holds, remembered ones among them. */
    int free() {
        return emptyCount + unused.size();
    }

    /** Blocks that somebody holds. */
    int used() {
        return used;
    }

    /** Takes one block, empty or forgotten for it; there must be one. */
    int take() {
        int block = empty.nextSetBit(0);
        if (block >= 0) {
            empty.clear(block);
            emptyCount--;
        } else if (!unused.isEmpty()) {
            block = unused.removeFirst();
            forget(block);
        } else {
            throw new IllegalStateException("no free block");
        }
        holders[block] = 1;
        used++;
        return block;
    }

    /** Holds a block once more: a shared one, or a remembered one that nobody holds. */
    void share(int block) {
        if (holders[block] == 0) {
            if (!unused.remove(block)) {
                throw new IllegalStateException("block " + block + " holds nothing");
            }
            used++;
        }
        holders[block]++;
    }

    /** Gives one hold of a block back. */
    void release(int block) {
        if (holders[block] == 0) {
            throw new IllegalStateException("block " + block + " is free already");
        }
        if (--holders[block] == 0) {
            used--;
            if (keys[block] == null) {
                empty.set(block);
                emptyCount++;
            } else {
                unused.add(block);
            }
        }
    }

    /** Whether more than one holds it, so that nobody may write into it. */
    boolean isShared(int block) {
        return holders[block] > 1;
    }

    /** The block that holds what the key stands for, or -1. */
    int find(PrefixKey key) {
        Integer block = remembered.get(key);
        return block == null ? -1 : block;
    }

    /** Whether prefixes are remembered at all. */
    boolean isRemembering() {
        return remembering;
    }

    /** Remembers what a full block holds. Where the same lies already, the older one stays. */
    void remember(int block, PrefixKey key) {
        if (keys[block] == null && remembered.putIfAbsent(key, block) == null) {
            keys[block] = key;
        }
    }

    /** Whether prefixes are remembered from now on; what was is forgotten if not. */
    void remember(boolean from) {
        remembering = from;
        if (!from) {
            forgetAll();
        }
    }

    /** Forgets every prefix; who holds a block goes on holding it. */
    void forgetAll() {
        remembered.clear();
        Arrays.fill(keys, null);
        unused.forEach(empty::set);
        emptyCount += unused.size();
        unused.clear();
    }

    /**
     * Fails unless every block is either free or used.
     *
     * @throws IllegalStateException with the counts
     */
    void check() {
        if (free() + used != total()) {
            throw new IllegalStateException(
                    "%d free and %d used blocks are not %d".formatted(free(), used, total()));
        }
    }

    private void forget(int block) {
        remembered.remove(keys[block]);
        keys[block] = null;
    }
}
