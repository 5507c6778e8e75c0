package dev.keelson.simulator.route;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The prefix blocks that one worker holds, least recently used out first. Of one prompt the last
 * block goes first, as in vLLM: a block is of no use without those before it. NOT thread-safe.
 */
final class PrefixCache {
    private final int capacityBlocks;
    private final Map<Long, Boolean> blocks = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * @param capacityBlocks at least 1
     */
    PrefixCache(int capacityBlocks) {
        if (capacityBlocks < 1) {
            throw new IllegalArgumentException(
                    "The capacityBlocks (%d) must be at least 1.".formatted(capacityBlocks));
        }
        this.capacityBlocks = capacityBlocks;
    }

    /** Leading blocks of the prompt that are here; looking does not count as use. */
    int match(List<Long> prompt) {
        int matched = 0;
        while (matched < prompt.size() && blocks.containsKey(prompt.get(matched))) {
            matched++;
        }
        return matched;
    }

    /**
     * Uses all blocks of the prompt, taking in those that are not here. Of a prompt that is longer
     * than the cache the beginning stays.
     *
     * @return blocks taken in
     */
    int use(List<Long> prompt) {
        int taken = 0;
        for (int i = prompt.size() - 1; i >= 0; i--) {
            if (blocks.put(prompt.get(i), Boolean.TRUE) == null) {
                taken++;
            }
        }
        Iterator<Long> oldest = blocks.keySet().iterator();
        while (blocks.size() > capacityBlocks) {
            oldest.next();
            oldest.remove();
        }
        return taken;
    }

    int size() {
        return blocks.size();
    }
}
