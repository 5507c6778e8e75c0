package dev.keelson.controlplane.observe;

import dev.keelson.controlplane.store.GatewayTable;
import dev.keelson.core.demand.Reading;
import dev.keelson.protocol.v1.DeploymentLoad;
import dev.keelson.protocol.v1.GatewayHello;
import dev.keelson.protocol.v1.GatewayInstruction;
import dev.keelson.protocol.v1.GatewayReport;
import dev.keelson.protocol.v1.PoisonReport;
import dev.keelson.protocol.v1.ReplicaObservation;
import dev.keelson.protocol.v1.TenantLoad;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Gateways as they last reported. Thread-safe: one lock. Ages are by this process's clock. */
public final class GatewayBoard {
    /** An older report says nothing of now. */
    public static final Duration FRESH = Duration.ofSeconds(4);

    /** A gateway that was heard so lately may serve on without this control plane. */
    public static final Duration AWAY = Duration.ofSeconds(15);

    private static final Duration STORE_EVERY = Duration.ofSeconds(2);
    private static final int MOST_QUARANTINED = 1_000;

    /** One gateway's open session. */
    public interface Link {
        void send(GatewayInstruction instruction);
    }

    /** Told of requests that killed replicas. */
    public interface PoisonListener {
        void poisoned(PoisonReport report);
    }

    /** One gateway as it is now. */
    public record View(GatewayTable.Row row, boolean connected, boolean fresh) {}

    private static final class Entry {
        GatewayTable.Row row;
        GatewayTable.Row stored;
        @Nullable Link link;
        @Nullable GatewayReport report;
        Instant storedAt;

        Entry(GatewayTable.Row row) {
            this.row = row;
            this.stored = row;
            this.storedAt = row.lastHeardAt();
        }
    }

    private final GatewayTable table;
    private final InstantSource clock;
    private final FailureShares failureShares;
    private final Map<String, Entry> gateways = new TreeMap<>();
    private final SequencedSet<String> quarantined = new LinkedHashSet<>();
    private PoisonListener poisonListener = _ -> {};
    private Runnable changed = () -> {};

    public GatewayBoard(GatewayTable table, FailureShares failureShares, InstantSource clock) {
        this.table = table;
        this.failureShares = failureShares;
        this.clock = clock;
        table.all().forEach(row -> gateways.put(row.name(), new Entry(row)));
        quarantined.addAll(table.quarantined());
    }

    public void whenChanged(Runnable listener) {
        changed = listener;
    }

    public void whenPoisoned(PoisonListener listener) {
        poisonListener = listener;
    }

    public void hello(String name, GatewayHello hello, Link link) {
        synchronized (this) {
            var known = gateways.get(name);
            var row =
                    new GatewayTable.Row(
                            name,
                            hello.getUrl(),
                            known == null ? GatewayTable.Log.NONE : known.row.log(),
                            clock.instant(),
                            known != null && known.row.leaving() && known.link != null);
            var entry = new Entry(row);
            entry.link = link;
            gateways.put(name, entry);
            table.save(row);
        }
        changed.run();
    }

    public void report(String name, GatewayReport report) {
        var fresh = new ArrayList<PoisonReport>();
        synchronized (this) {
            var entry = gateways.get(name);
            if (entry == null) {
                return;
            }
            var now = clock.instant();
            entry.report = report;
            entry.row =
                    new GatewayTable.Row(
                            name, entry.row.url(), logOf(report), now, entry.row.leaving());
            storeWhenDue(entry, now);
            for (ReplicaObservation seen : report.getReplicasList()) {
                failureShares.observed(
                        name,
                        seen.getReplica(),
                        seen.getSucceededTotal(),
                        seen.getFailedTotal(),
                        now);
            }
            for (var poison : report.getPoisonList()) {
                if (quarantined.add(poison.getFingerprint())) {
                    table.quarantine(poison.getFingerprint(), poison.getDeployment(), now);
                    fresh.add(poison);
                    releaseOldest();
                }
            }
        }
        fresh.forEach(poisonListener::poisoned);
        if (!fresh.isEmpty()) {
            changed.run();
        }
    }

    /** A new killer matters more than one from long ago. */
    private void releaseOldest() {
        if (quarantined.size() > MOST_QUARANTINED) {
            var oldest = quarantined.removeFirst();
            table.release(oldest);
        }
    }

    public void closed(String name, Link link) {
        synchronized (this) {
            var entry = gateways.get(name);
            if (entry == null || !link.equals(entry.link)) {
                return;
            }
            entry.link = null;
            table.save(entry.row);
        }
        changed.run();
    }

    /** Asks a gateway to drain away; false where there is none of the name. */
    public boolean leave(String name) {
        synchronized (this) {
            var entry = gateways.get(name);
            if (entry == null) {
                return false;
            }
            var row = entry.row;
            entry.row = new GatewayTable.Row(name, row.url(), row.log(), row.lastHeardAt(), true);
            table.save(entry.row);
        }
        changed.run();
        return true;
    }

    public synchronized List<View> views() {
        var now = clock.instant();
        return gateways.values().stream()
                .map(e -> new View(e.row, e.link != null, isFresh(e, now)))
                .toList();
    }

    public synchronized Map<String, Link> links() {
        var result = new TreeMap<String, Link>();
        gateways.forEach((name, entry) -> {
            if (entry.link != null) {
                result.put(name, entry.link);
            }
        });
        return result;
    }

    public synchronized boolean isLeaving(String name) {
        var entry = gateways.get(name);
        return entry != null && entry.row.leaving();
    }

    public synchronized List<String> quarantined() {
        return List.copyOf(quarantined);
    }

    /** Requests at replicas, over all gateways with a fresh report; null where there is none. */
    public @Nullable Reading inFlight(String deployment) {
        return sum(deployment, true);
    }

    /** Requests waiting at the gateways with a fresh report; null where there is none. */
    public @Nullable Reading queued(String deployment) {
        return sum(deployment, false);
    }

    /** Has a gateway with a fresh report been sent any request of this deployment? */
    public synchronized boolean wasAsked(String deployment) {
        var now = clock.instant();
        for (var entry : gateways.values()) {
            if (isFresh(entry, now) && entry.report != null) {
                for (DeploymentLoad load : entry.report.getDeploymentsList()) {
                    if (load.getDeployment().equals(deployment) && load.getArrivalsTotal() > 0) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private synchronized @Nullable Reading sum(String deployment, boolean inFlight) {
        var now = clock.instant();
        double sum = 0;
        Instant oldest = null;
        for (var entry : gateways.values()) {
            if (!isFresh(entry, now) || entry.report == null) {
                continue;
            }
            for (DeploymentLoad load : entry.report.getDeploymentsList()) {
                if (load.getDeployment().equals(deployment)) {
                    sum += inFlight ? load.getInFlight() : load.getQueued();
                }
            }
            var at = entry.row.lastHeardAt();
            oldest = oldest == null || at.isBefore(oldest) ? at : oldest;
        }
        return oldest == null ? null : new Reading(sum, oldest);
    }

    /** What tenants ask of each gateway that serves, or may serve while it is away. */
    public synchronized SortedMap<String, Map<String, TenantLoad>> tenantLoads() {
        var now = clock.instant();
        var result = new TreeMap<String, Map<String, TenantLoad>>();
        gateways.forEach((name, entry) -> {
            var age = Duration.between(entry.row.lastHeardAt(), now);
            if (entry.link != null || age.compareTo(AWAY) < 0) {
                var loads = new TreeMap<String, TenantLoad>();
                if (entry.report != null) {
                    entry.report
                            .getTenantsList()
                            .forEach(load -> loads.put(load.getTenant(), load));
                }
                result.put(name, loads);
            }
        });
        return result;
    }

    /** Requests that the gateways have at one replica; null where no report is fresh. */
    public synchronized @Nullable Integer inFlightAt(String replica) {
        var now = clock.instant();
        Integer sum = null;
        for (var entry : gateways.values()) {
            if (isFresh(entry, now) && entry.report != null) {
                sum = sum == null ? 0 : sum;
                for (var seen : entry.report.getReplicasList()) {
                    if (seen.getReplica().equals(replica)) {
                        sum += seen.getInFlight();
                    }
                }
            }
        }
        return sum;
    }

    private boolean isFresh(Entry entry, Instant now) {
        return entry.link != null
                && entry.report != null
                && Duration.between(entry.row.lastHeardAt(), now).compareTo(FRESH) <= 0;
    }

    private void storeWhenDue(Entry entry, Instant now) {
        var isDue = Duration.between(entry.storedAt, now).compareTo(STORE_EVERY) >= 0;
        if (isDue && !entry.stored.log().equals(entry.row.log())) {
            table.save(entry.row);
            entry.stored = entry.row;
            entry.storedAt = now;
        }
    }

    private static GatewayTable.Log logOf(GatewayReport report) {
        var log = report.getLog();
        return new GatewayTable.Log(
                log.getArrivals(),
                log.getCompletions(),
                log.getPublished(),
                log.getSpooled(),
                log.getDropped(),
                log.getOpen(),
                log.getLastPublishedEventTimeMs());
    }
}
