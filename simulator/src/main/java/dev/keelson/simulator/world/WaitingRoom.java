package dev.keelson.simulator.world;

import java.util.ArrayDeque;
import java.util.Map;
import java.util.TreeMap;

/**
 * Requests that wait at the gateway: the smallest priority first, within one priority in the order
 * of arrival. Mutable.
 */
final class WaitingRoom {
    private final TreeMap<Integer, ArrayDeque<Sequence>> byPriority = new TreeMap<>();
    private int size;

    void add(Sequence s) {
        queue(s).addLast(s);
        size++;
    }

    /** Takes one back that was on its way already. */
    void addFirst(Sequence s) {
        queue(s).addFirst(s);
        size++;
    }

    private ArrayDeque<Sequence> queue(Sequence s) {
        return byPriority.computeIfAbsent(s.label.priority(), p -> new ArrayDeque<>());
    }

    /** The next one; there is one. */
    Sequence getFirst() {
        return byPriority.firstEntry().getValue().getFirst();
    }

    Sequence removeFirst() {
        return remove(byPriority.firstEntry(), true);
    }

    /** The newest of the least urgent. */
    Sequence removeLast() {
        return remove(byPriority.lastEntry(), false);
    }

    private Sequence remove(Map.Entry<Integer, ArrayDeque<Sequence>> entry, boolean first) {
        var queue = entry.getValue();
        var s = first ? queue.removeFirst() : queue.removeLast();
        if (queue.isEmpty()) {
            byPriority.remove(entry.getKey());
        }
        size--;
        return s;
    }

    /** Tells {@code outcomes} of all that arrived before then, and forgets them. */
    void expire(double arrivedBefore, Outcomes outcomes) {
        for (var queue : byPriority.values()) {
            while (!queue.isEmpty() && queue.getFirst().arrivalSeconds < arrivedBefore) {
                outcomes.fail(queue.removeFirst().label);
                size--;
            }
        }
        byPriority.values().removeIf(ArrayDeque::isEmpty);
    }

    /** All that are left have failed. */
    void abandon(Outcomes outcomes) {
        expire(Double.POSITIVE_INFINITY, outcomes);
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }
}
