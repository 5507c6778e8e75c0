package dev.keelson.gateway.route;

import dev.keelson.protocol.v1.RoutedDeployment;
import dev.keelson.protocol.v1.RoutingTable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Gives requests their replica, or lets them wait. Thread-safe, one lock. {@link #tick} is stepped
 * every quarter of a second: it moves requests away from replicas that stand still and lets waiting
 * ones try again.
 */
public final class Dispatcher {
    /** Silence beyond what is usual after which a request without token moves. */
    private static final long PATIENCE_NANOS = Duration.ofSeconds(4).toNanos();

    private final ReentrantLock lock = new ReentrantLock();
    private final LongSupplier nanos;
    private final int queueLimit;
    private final RoutingSettings settings;
    private final Map<String, DeploymentRoutes> routes = new LinkedHashMap<>();
    private volatile KnownFleet known = KnownFleet.NONE;
    private int waiting;

    /**
     * @param queueLimit requests that wait at once, over all deployments
     */
    public Dispatcher(LongSupplier nanos, int queueLimit, RoutingSettings settings) {
        this.nanos = nanos;
        this.settings = settings;
        this.queueLimit = queueLimit;
    }

    /** Takes a new table; requests that wait are placed by it at once. */
    public void update(RoutingTable table) {
        lock.lock();
        try {
            Map<String, DeploymentRoutes> gone = new LinkedHashMap<>(routes);
            for (RoutedDeployment routed : table.getDeploymentsList()) {
                DeploymentRoutes before = gone.remove(routed.getDeployment());
                if (before == null) {
                    routes.put(
                            routed.getDeployment(),
                            new DeploymentRoutes(settings, routed, nanos.getAsLong()));
                } else {
                    before.update(routed, nanos.getAsLong());
                }
            }
            gone.forEach(this::remove);
            known = KnownFleet.of(table);
            routes.values().forEach(this::place);
        } finally {
            lock.unlock();
        }
    }

    private void remove(String name, DeploymentRoutes gone) {
        routes.remove(name);
        gone.close();
        for (Ticket ticket : gone.queue().all()) {
            answer(ticket, Grant.Refusal.UNKNOWN);
        }
        waiting -= gone.queue().size();
    }

    /** Names and verdicts of the newest table. */
    public KnownFleet known() {
        return known;
    }

    /**
     * The routing state of a request that comes now.
     *
     * @param expectedTokens how long its first byte may take: 0 for a stream, all its tokens
     *     otherwise
     */
    public Ticket arrive(Target target, Duration deadline, int expectedTokens, Claim claim) {
        lock.lock();
        try {
            DeploymentRoutes route = routes.get(target.deployment());
            double usual = 0;
            if (route != null) {
                usual =
                        2
                                * (route.usualFirstTokenSeconds()
                                        + expectedTokens * route.usualTokenSeconds());
            }
            long now = nanos.getAsLong();
            long patience = PATIENCE_NANOS + (long) (usual * 1e9);
            return new Ticket(
                    target, now + deadline.toNanos(), patience, expectedTokens == 0, claim);
        } finally {
            lock.unlock();
        }
    }

    /** Takes a request for demand of its deployment. */
    public void counts(Ticket ticket) {
        lock.lock();
        try {
            DeploymentRoutes route = routes.get(ticket.deployment());
            if (route != null) {
                route.arrivals++;
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for a place: fairly between tenants, each in its own order. What was placed before goes
     * before all others.
     */
    public Grant acquire(Ticket ticket) throws InterruptedException {
        CompletableFuture<Grant> waiter;
        lock.lock();
        try {
            Grant now = placeNow(ticket);
            if (now != null) {
                return now;
            }
            waiter = new CompletableFuture<>();
            ticket.waiter = waiter;
        } finally {
            lock.unlock();
        }
        long left = ticket.deadlineNanos() - nanos.getAsLong();
        try {
            return waiter.get(Math.max(0, left), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return giveUp(ticket, waiter);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private @Nullable Grant placeNow(Ticket ticket) {
        DeploymentRoutes route = routes.get(ticket.deployment());
        if (ticket.cancelled) {
            return Grant.Refusal.CANCELLED;
        }
        if (route == null) {
            return Grant.Refusal.UNKNOWN;
        }
        if (nanos.getAsLong() - ticket.deadlineNanos() >= 0) {
            return Grant.Refusal.DEADLINE;
        }
        ReplicaSlot slot =
                ticket.wasServed() || route.queue().isEmpty()
                        ? route.choose(ticket, nanos.getAsLong())
                        : null;
        if (slot != null) {
            if (!ticket.wasServed()) {
                route.queue().charge(ticket.tenant(), ticket.weight(), ticket.work());
            }
            return begin(ticket, slot);
        }
        if (ticket.wasServed()) {
            route.queue().addAgain(ticket);
        } else if (waiting >= queueLimit && !makeRoom(route, ticket)) {
            return Grant.Refusal.QUEUE_FULL;
        } else {
            route.queue().add(ticket.tenant(), ticket.weight(), ticket, ticket.work());
        }
        waiting++;
        return null;
    }

    // A tenant that fills the queue must not keep out one that has little in it.
    private boolean makeRoom(DeploymentRoutes route, Ticket ticket) {
        Ticket displaced = route.queue().displaceFor(ticket.tenant(), ticket.weight());
        if (displaced == null) {
            return false;
        }
        waiting--;
        answer(displaced, Grant.Refusal.QUEUE_FULL);
        return true;
    }

    /** A stream that has begun looks for another replica: the time for that counts from now. */
    public void resume(Ticket ticket, Duration within) {
        lock.lock();
        try {
            ticket.deadline(nanos.getAsLong() + within.toNanos());
        } finally {
            lock.unlock();
        }
    }

    private Grant giveUp(Ticket ticket, CompletableFuture<Grant> waiter) {
        lock.lock();
        try {
            leaveQueue(ticket);
            Grant meanwhile = waiter.getNow(null);
            return meanwhile == null ? Grant.Refusal.DEADLINE : meanwhile;
        } finally {
            lock.unlock();
        }
    }

    private void leaveQueue(Ticket ticket) {
        DeploymentRoutes route = routes.get(ticket.deployment());
        if (route != null && route.queue().remove(ticket)) {
            waiting--;
        }
    }

    private Grant.Place begin(Ticket ticket, ReplicaSlot slot) {
        Attempt attempt = new Attempt(slot, ticket, nanos.getAsLong());
        ticket.current = attempt;
        ticket.triedOn(slot);
        slot.begin(attempt);
        return new Grant.Place(attempt);
    }

    private static void answer(Ticket ticket, Grant grant) {
        CompletableFuture<Grant> waiter = ticket.waiter;
        ticket.waiter = null;
        if (waiter != null) {
            waiter.complete(grant);
        }
    }

    // Suspects may be unable to go where others can: each is asked, in order.
    private void place(DeploymentRoutes route) {
        long now = nanos.getAsLong();
        while (!route.queue().isEmpty() && route.hasRoom(now)) {
            Runnable placed = route.queue().poll(ticket -> placement(route, ticket, now));
            if (placed == null) {
                return;
            }
            waiting--;
            placed.run();
        }
    }

    private @Nullable Runnable placement(DeploymentRoutes route, Ticket ticket, long now) {
        ReplicaSlot slot = route.choose(ticket, now);
        return slot == null ? null : () -> answer(ticket, begin(ticket, slot));
    }

    /** A token came to the client: the request is no longer suspected of killing. */
    public void firstToken(Attempt attempt) {
        attempt.token();
        if (attempt.isSuspect()) {
            lock.lock();
            try {
                attempt.slot().cleared(attempt);
                placeFor(attempt);
            } finally {
                lock.unlock();
            }
        }
    }

    /** The place is free again. */
    public void release(Attempt attempt, Attempt.End how) {
        lock.lock();
        try {
            attempt.slot().end(attempt, how, nanos.getAsLong());
            attempt.ticket().current = null;
            placeFor(attempt);
        } finally {
            lock.unlock();
        }
    }

    /** The replica died with the request in flight; to be said before {@link #release}. */
    public void died(Attempt attempt) {
        lock.lock();
        try {
            attempt.ticket().diedOn(attempt.slot(), nanos.getAsLong());
        } finally {
            lock.unlock();
        }
    }

    private void placeFor(Attempt attempt) {
        DeploymentRoutes route = routes.get(attempt.ticket().deployment());
        if (route != null) {
            place(route);
        }
    }

    /**
     * The client left: the request waits no more, and its engine is told by the end of the
     * connection.
     */
    public void cancel(Ticket ticket) {
        lock.lock();
        try {
            ticket.cancelled = true;
            leaveQueue(ticket);
            answer(ticket, Grant.Refusal.CANCELLED);
            if (ticket.current != null) {
                ticket.current.abort(Attempt.Abort.CANCELLED);
            }
        } finally {
            lock.unlock();
        }
    }

    /** What a finished request took, so that patience fits the deployment. */
    public void observed(String deployment, double firstTokenSeconds, double tokenSeconds) {
        lock.lock();
        try {
            DeploymentRoutes route = routes.get(deployment);
            if (route != null) {
                route.observed(firstTokenSeconds, tokenSeconds);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * The request has ended.
     *
     * @param outputTokens that reached the client
     * @param work that it really was
     */
    public void ended(Ticket ticket, int outputTokens, double work) {
        lock.lock();
        try {
            DeploymentRoutes route = routes.get(ticket.deployment());
            if (route != null) {
                route.outputTokens += outputTokens;
                if (ticket.wasServed()) {
                    route.queue().correct(ticket.tenant(), work - ticket.work());
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Moves requests off replicas that stand still, ends those past their deadline, lets waiting
     * ones try again.
     */
    public void tick() {
        lock.lock();
        try {
            for (DeploymentRoutes route : routes.values()) {
                for (ReplicaSlot slot : route.allSlots()) {
                    StandstillWatch.watch(route, slot, nanos.getAsLong());
                    slot.pool().tick();
                }
                route.ejectOutliers(nanos.getAsLong());
                place(route);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Replicas that get no requests because they failed too much. */
    public int ejected() {
        lock.lock();
        try {
            long now = nanos.getAsLong();
            return routes.values().stream().mapToInt(route -> route.ejected(now)).sum();
        } finally {
            lock.unlock();
        }
    }

    /** Load of each deployment and replica, for the report. */
    public List<DeploymentSnapshot> snapshot() {
        lock.lock();
        try {
            List<DeploymentSnapshot> all = new ArrayList<>();
            routes.forEach((name, route) ->
                    all.add(DeploymentSnapshot.of(name, route, nanos.getAsLong())));
            return all;
        } finally {
            lock.unlock();
        }
    }
}
