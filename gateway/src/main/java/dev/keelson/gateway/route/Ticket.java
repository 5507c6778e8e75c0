package dev.keelson.gateway.route;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The routing state of one request: where it was, what died under it. Guarded by the dispatcher's
 * lock, but for what only the request's own thread asks.
 */
public final class Ticket {
    // One machine that dies takes its engines with it within moments: that is one death, not two.
    // So that two deaths are always of two causes, a request waits this long before it goes to
    // another engine of the machine.
    private static final long SAME_CAUSE_NANOS = Duration.ofSeconds(1).toNanos();

    private record Death(String replica, String node, long nanos) {}

    private final Target target;
    private volatile long deadlineNanos;
    private volatile int revision; // that it must stay on; 0: any
    private final long patienceNanos;
    private final boolean streaming;
    private final String tenant;
    private final double weight;
    private final double work;
    private final Set<String> tried = new HashSet<>();
    private final List<Death> deaths = new ArrayList<>();
    @Nullable CompletableFuture<Grant> waiter;
    @Nullable Attempt current;
    boolean cancelled;

    /**
     * @param deadlineNanos by when the first token must have come
     * @param patienceNanos silence of a replica that is usual for such a request
     * @param claim whose it is and what it is expected to cost
     */
    Ticket(Target target, long deadlineNanos, long patienceNanos, boolean streaming, Claim claim) {
        this.target = target;
        this.deadlineNanos = deadlineNanos;
        this.patienceNanos = patienceNanos;
        this.streaming = streaming;
        this.tenant = claim.tenant();
        this.weight = claim.weight();
        this.work = claim.work();
    }

    String tenant() {
        return tenant;
    }

    double weight() {
        return weight;
    }

    /** What it is expected to cost. */
    double work() {
        return work;
    }

    boolean wasServed() {
        return !tried.isEmpty();
    }

    public String deployment() {
        return target.deployment();
    }

    /** That the replica must have; null for the model itself. */
    @Nullable String adapter() {
        return target.adapter();
    }

    /** That the replica must be of; 0 for any. */
    int revision() {
        return revision;
    }

    void stayOn(int only) {
        revision = only;
    }

    public long deadlineNanos() {
        return deadlineNanos;
    }

    void deadline(long nanos) {
        deadlineNanos = nanos;
    }

    long patienceNanos() {
        return patienceNanos;
    }

    boolean isStreaming() {
        return streaming;
    }

    boolean wasTriedOn(ReplicaSlot slot) {
        return tried.contains(slot.id().value());
    }

    /** Something died under it there a moment ago: the machine itself may be going. */
    boolean mayBeDying(String node, long nowNanos) {
        return isSuspect()
                && deaths.stream()
                        .anyMatch(death ->
                                death.node().equals(node)
                                        && nowNanos - death.nanos() <= SAME_CAUSE_NANOS);
    }

    boolean diedOnNode(String node) {
        return deaths.stream().anyMatch(death -> death.node().equals(node));
    }

    void triedOn(ReplicaSlot slot) {
        tried.add(slot.id().value());
    }

    void diedOn(ReplicaSlot slot, long nowNanos) {
        deaths.add(new Death(slot.id().value(), slot.node(), nowNanos));
    }

    /** It was in flight on a replica that died: it may be the cause, or may not. */
    boolean isSuspect() {
        return !deaths.isEmpty();
    }

    /**
     * It was in flight on two replicas that died, which had no cause in common but itself: it is
     * not tried again.
     */
    public boolean isPoison() {
        return deaths.size() >= 2;
    }

    /** Replicas that died under it. */
    public List<String> deadReplicas() {
        return deaths.stream().map(Death::replica).toList();
    }
}
