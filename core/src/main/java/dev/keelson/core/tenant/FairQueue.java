package dev.keelson.core.tenant;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What waits, served fairly between tenants by the work that each was given, first come first
 * served within a tenant.
 *
 * <p>Start-time fair queueing (Goyal, Vin, Cheng, SIGCOMM 1996) with the counters of the virtual
 * token counter (Sheng et al., Fairness in Serving Large Language Models, OSDI 2024): each tenant
 * has a counter of work ÷ weight, the least is served next, and who was idle is lifted to where the
 * service stands, so that nobody saves up. A cost is charged when the service begins and may be
 * corrected when the work is known. While two tenants both wait, the work ÷ weight that they are
 * given differs by at most (most cost ÷ weight of the one + of the other); with corrections later
 * than the charge by that once more for each request of theirs that is in service.
 *
 * <p>NOT thread-safe.
 *
 * @param <T> what waits
 */
public final class FairQueue<T> {
    private record Waiting<T>(T item, double cost) {}

    private static final class Lane<T> {
        final Deque<Waiting<T>> waiting = new ArrayDeque<>();
        double weight = 1;
        double served;
    }

    private final SortedMap<String, Lane<T>> lanes = new TreeMap<>();
    private final Deque<T> again = new ArrayDeque<>();
    private double virtualTime;
    private int size;

    /**
     * Waits behind what waits of its tenant.
     *
     * @param weight of the tenant, above 0
     * @param cost work expected of it, above 0
     */
    public void add(String tenant, double weight, T item, double cost) {
        Lane<T> lane = entered(tenant, weight);
        lane.waiting.addLast(new Waiting<>(item, cost));
        size++;
    }

    /** Waits before everything else; it was charged when it was served the first time. */
    public void addAgain(T item) {
        again.addFirst(item);
        size++;
    }

    /** Charges a request that is served without waiting. */
    public void charge(String tenant, double weight, double cost) {
        serve(entered(tenant, weight), cost);
    }

    /**
     * Charges what a request turned out to cost beyond what was charged; below zero: gives back.
     */
    public void correct(String tenant, double further) {
        Lane<T> lane = lanes.get(tenant);
        if (lane != null) {
            lane.served += further / lane.weight;
        }
    }

    /**
     * Serves the first in order that is taken: what waits again, then by tenants.
     *
     * @param taker gives null for what cannot be served now
     * @return what the taker gave; null if nothing was taken
     */
    public <R> @Nullable R poll(Function<T, @Nullable R> taker) {
        for (Iterator<T> items = again.iterator(); items.hasNext(); ) {
            R taken = taker.apply(items.next());
            if (taken != null) {
                items.remove();
                size--;
                return taken;
            }
        }
        for (Lane<T> lane : inOrder()) {
            for (Iterator<Waiting<T>> items = lane.waiting.iterator(); items.hasNext(); ) {
                Waiting<T> next = items.next();
                R taken = taker.apply(next.item());
                if (taken != null) {
                    items.remove();
                    size--;
                    serve(lane, next.cost());
                    return taken;
                }
            }
        }
        return null;
    }

    /** It waits no more. */
    public boolean remove(T item) {
        boolean removed = again.remove(item);
        for (Lane<T> lane : lanes.values()) {
            removed = removed || lane.waiting.removeIf(waiting -> waiting.item().equals(item));
        }
        size -= removed ? 1 : 0;
        return removed;
    }

    /**
     * Makes room for one of this tenant in a full queue: the newest of the tenant that has most
     * waiting for its weight goes, if that is more than this tenant would have with one more
     * (longest queue drop: Suter et al., INFOCOM 1998).
     *
     * @return what was removed; null: this tenant has no claim to room
     */
    public @Nullable T displaceFor(String tenant, double weight) {
        Lane<T> own = lanes.get(tenant);
        double most = ((own == null ? 0 : own.waiting.size()) + 1) / weight;
        Lane<T> longest = null;
        for (Lane<T> lane : lanes.values()) {
            if (lane.waiting.size() / lane.weight > most) {
                most = lane.waiting.size() / lane.weight;
                longest = lane;
            }
        }
        if (longest == null) {
            return null;
        }
        size--;
        return longest.waiting.removeLast().item();
    }

    public int size() {
        return size;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    /** Everything that waits, in no promised order. */
    public List<T> all() {
        List<T> all = new ArrayList<>(again);
        lanes.values().forEach(lane -> lane.waiting.forEach(waiting -> all.add(waiting.item())));
        return all;
    }

    private Lane<T> entered(String tenant, double weight) {
        Lane<T> lane = lanes.computeIfAbsent(tenant, _ -> new Lane<>());
        if (lane.waiting.isEmpty()) {
            lane.served = Math.max(lane.served, virtualTime);
        }
        lane.weight = weight;
        return lane;
    }

    private void serve(Lane<T> lane, double cost) {
        virtualTime = Math.max(virtualTime, lane.served);
        lane.served += cost / lane.weight;
    }

    // Least served first; of equals the first by name.
    private List<Lane<T>> inOrder() {
        List<Lane<T>> order = new ArrayList<>(lanes.size());
        for (Lane<T> lane : lanes.values()) {
            if (!lane.waiting.isEmpty()) {
                order.add(lane);
            }
        }
        order.sort(Comparator.comparingDouble(lane -> lane.served));
        return order;
    }
}
