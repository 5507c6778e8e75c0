package dev.keelson.runtime.engine;

import java.util.BitSet;

/**
 * Which blocks of the key-value cache are free. Lowest first, so that a lightly used cache touches
 * little memory.
 */
final class KvBlocks {
    private final BitSet free;
    private final int total;
    private int freeCount;

    KvBlocks(int total) {
        this.total = total;
        free = new BitSet(total);
        free.set(0, total);
        freeCount = total;
    }

    int total() {
        return total;
    }

    int free() {
        return freeCount;
    }

    /** Takes one block; there must be one. */
    int take() {
        int block = free.nextSetBit(0);
        if (block < 0) {
            throw new IllegalStateException("no free block");
        }
        free.clear(block);
        freeCount--;
        return block;
    }

    /** Gives one block back. */
    void release(int block) {
        if (free.get(block)) {
            throw new IllegalStateException("block " + block + " is free already");
        }
        free.set(block);
        freeCount++;
    }
}
