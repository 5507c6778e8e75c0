package dev.keelson.gateway.serve;

import dev.keelson.protocol.v1.PoisonReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Requests that killed replicas: refused here from now on, and told to the control plane until it
 * acknowledged. The oldest are forgotten beyond 1,000 or after an hour. Thread-safe.
 */
public final class PoisonLedger {
    private static final int MOST = 1000;
    private static final long KEEP_NANOS = Duration.ofHours(1).toNanos();

    private record Known(PoisonReport report, long sinceNanos) {}

    private final Map<String, Known> known = new LinkedHashMap<>();
    private final List<PoisonReport> unreported = new ArrayList<>();

    /** A verdict. */
    public synchronized void add(PoisonReport report, long nowNanos) {
        known.put(report.getFingerprint(), new Known(report, nowNanos));
        unreported.add(report);
        known.values().removeIf(old -> nowNanos - old.sinceNanos() > KEEP_NANOS);
        while (known.size() > MOST) {
            known.remove(known.keySet().iterator().next());
        }
        while (unreported.size() > MOST) {
            unreported.remove(0);
        }
    }

    public synchronized boolean isEmpty() {
        return known.isEmpty();
    }

    public synchronized boolean holds(String fingerprint) {
        return known.containsKey(fingerprint);
    }

    /** Verdicts that were not acknowledged yet. */
    public synchronized List<PoisonReport> unreported() {
        return List.copyOf(unreported);
    }

    /** The control plane has them. */
    public synchronized void acknowledged(List<PoisonReport> reports) {
        unreported.removeAll(reports);
    }
}
