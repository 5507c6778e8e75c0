package dev.keelson.gateway.route;

import dev.keelson.core.route.ReplicaView;
import dev.keelson.core.route.RouteChoice;
import dev.keelson.core.tenant.FairQueue;
import dev.keelson.protocol.v1.RoutedDeployment;
import dev.keelson.protocol.v1.RoutedReplica;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The replicas of one deployment and the requests that wait for one. NOT thread-safe: the
 * dispatcher's lock.
 */
final class DeploymentRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(DeploymentRoutes.class);

    private final RoutingSettings settings;
    private RoutedDeployment routed;
    private Map<String, ReplicaSlot> slots = new LinkedHashMap<>();
    private final List<ReplicaSlot> leaving = new ArrayList<>();
    private final FairQueue<Ticket> queue = new FairQueue<>();
    private double usualFirstTokenSeconds = 0.5;
    private double usualTokenSeconds = 0.05;
    long arrivals;
    long outputTokens;

    DeploymentRoutes(RoutingSettings settings, RoutedDeployment routed, long nowNanos) {
        this.settings = settings;
        this.routed = routed;
        update(routed, nowNanos);
    }

    void update(RoutedDeployment next, long nowNanos) {
        routed = next;
        Map<String, ReplicaSlot> kept = new LinkedHashMap<>();
        for (RoutedReplica replica : next.getReplicasList()) {
            ReplicaSlot slot = slots.get(replica.getReplica());
            if (slot != null && slot.url().equals(replica.getUrl())) {
                slots.remove(replica.getReplica());
                slot.routed(replica, nowNanos);
            } else {
                slot = newSlot(replica, nowNanos);
            }
            if (slot != null) {
                kept.put(replica.getReplica(), slot);
            }
        }
        leaving.addAll(slots.values()); // their requests finish if they can
        slots.values().forEach(slot -> slot.pool().close());
        leaving.removeIf(slot -> slot.attempts().isEmpty());
        slots = kept;
    }

    private static @Nullable ReplicaSlot newSlot(RoutedReplica replica, long nowNanos) {
        try {
            return new ReplicaSlot(replica, nowNanos);
        } catch (IllegalArgumentException e) {
            LOG.warn("The routing table names a replica that cannot be used: {}", e.getMessage());
            return null;
        }
    }

    RoutedDeployment routed() {
        return routed;
    }

    Iterable<ReplicaSlot> slots() {
        return slots.values();
    }

    /** Every slot with requests, those that left the table included. */
    List<ReplicaSlot> allSlots() {
        leaving.removeIf(slot -> slot.attempts().isEmpty());
        List<ReplicaSlot> all = new ArrayList<>(slots.values());
        all.addAll(leaving);
        return all;
    }

    FairQueue<Ticket> queue() {
        return queue;
    }

    int inFlight() {
        return allSlots().stream().mapToInt(ReplicaSlot::inFlight).sum();
    }

    /** Any place free for an ordinary request? */
    boolean hasRoom(long nowNanos) {
        for (ReplicaSlot slot : slots.values()) {
            if (slot.isUsable(nowNanos)
                    && slot.inFlight() < slot.maxSequences() + slot.headroom()) {
                return true;
            }
        }
        return false;
    }

    /** Could the request go to another replica than the one that it is on? */
    boolean hasOtherUsable(Attempt than, long nowNanos) {
        for (ReplicaSlot slot : slots.values()) {
            if (slot != than.slot()
                    && slot.serves(than.ticket())
                    && slot.isUsable(nowNanos)
                    && !slot.isStalled(nowNanos)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The replica for a request, by falling preference: not tried yet, on a node where nothing died
     * under it, moving; tried already only when there is no other; never on a node where something
     * died under it a moment ago. Null: it waits.
     */
    @Nullable ReplicaSlot choose(Ticket ticket, long nowNanos) {
        List<ReplicaSlot> usable = new ArrayList<>(slots.size());
        for (ReplicaSlot slot : slots.values()) {
            if (slot.isUsable(nowNanos)
                    && slot.serves(ticket)
                    && !ticket.mayBeDying(slot.node(), nowNanos)) {
                usable.add(slot);
            }
        }
        usable = preferred(usable, slot -> !ticket.wasTriedOn(slot));
        usable = preferred(usable, slot -> !slot.isStalled(nowNanos));
        if (ticket.isSuspect()) {
            usable = preferred(usable, slot -> !ticket.diedOnNode(slot.node()));
        }
        return withRoom(usable, ticket, nowNanos);
    }

    // A replica that warms up gets more than its growing share only where no other has room.
    private @Nullable ReplicaSlot withRoom(List<ReplicaSlot> usable, Ticket ticket, long nowNanos) {
        List<ReplicaView> views = new ArrayList<>(usable.size());
        List<ReplicaView> warm = new ArrayList<>(usable.size());
        int headroom = Integer.MAX_VALUE;
        for (ReplicaSlot slot : usable) {
            if (slot.takes(ticket)) {
                ReplicaView view = slot.view(ticket.adapter(), settings.adapterSwitch());
                views.add(view);
                if (slot.inFlight() < slot.warmPlaces(nowNanos, settings.slowStart())) {
                    warm.add(view);
                }
                headroom = Math.min(headroom, slot.headroom());
            }
        }
        int beyond = headroom;
        return RouteChoice.choose(settings.policy(), warm, beyond)
                .or(() -> RouteChoice.choose(settings.policy(), views, beyond))
                .map(id -> slots.get(id.value()))
                .orElse(null);
    }

    /** Ejects replicas that fail too much, at most half of those that are READY. */
    void ejectOutliers(long nowNanos) {
        if (settings.ejection().isZero()) {
            return;
        }
        int left = ejectable(nowNanos);
        for (ReplicaSlot slot : slots.values()) {
            if (left > 0
                    && slot.isReady()
                    && !slot.isEjected(nowNanos)
                    && slot.failsTooMuch(nowNanos)) {
                slot.eject(nowNanos, settings.ejection());
                left--;
                LOG.info("replica {} fails too much and gets no requests for now", slot.id());
            }
        }
    }

    private int ejectable(long nowNanos) {
        int ready = 0;
        for (ReplicaSlot slot : slots.values()) {
            ready += slot.isReady() ? 1 : 0;
        }
        return ready / 2 - ejected(nowNanos);
    }

    /** Replicas that get no requests because they failed too much. */
    int ejected(long nowNanos) {
        int count = 0;
        for (ReplicaSlot slot : slots.values()) {
            count += slot.isEjected(nowNanos) ? 1 : 0;
        }
        return count;
    }

    private static List<ReplicaSlot> preferred(
            List<ReplicaSlot> slots, Predicate<ReplicaSlot> wish) {
        List<ReplicaSlot> wished = new ArrayList<>(slots.size());
        for (ReplicaSlot slot : slots) {
            if (wish.test(slot)) {
                wished.add(slot);
            }
        }
        return wished.isEmpty() ? slots : wished;
    }

    void observed(double firstTokenSeconds, double tokenSeconds) {
        usualFirstTokenSeconds =
                Math.min(10, 0.9 * usualFirstTokenSeconds + 0.1 * firstTokenSeconds);
        if (tokenSeconds > 0) {
            usualTokenSeconds = Math.min(1, 0.9 * usualTokenSeconds + 0.1 * tokenSeconds);
        }
    }

    double usualFirstTokenSeconds() {
        return usualFirstTokenSeconds;
    }

    double usualTokenSeconds() {
        return usualTokenSeconds;
    }

    void close() {
        slots.values().forEach(slot -> slot.pool().close());
    }
}
