package dev.keelson.controlplane.store;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/**
 * Who leads: one row with an epoch that only rises, judged by the database's clock. A leader that
 * was stopped for longer than the lease finds out here, before it acts. Thread-safe.
 */
public final class LeaderLease {
    /** How long a leader that says nothing stays the leader. */
    public static final Duration LENGTH = Duration.ofSeconds(10);

    private static final Duration RENEW_AFTER = Duration.ofSeconds(3);

    private final Jdbi jdbi;
    private final InstantSource clock;
    private final String holder;
    private final long epoch;
    private Instant renewedAt;

    private LeaderLease(Jdbi jdbi, InstantSource clock, String holder, long epoch) {
        this.jdbi = jdbi;
        this.clock = clock;
        this.holder = holder;
        this.epoch = epoch;
        this.renewedAt = clock.instant();
    }

    /**
     * Takes the lead with the next epoch at once. The caller must know that its predecessor is
     * gone, as whoever could open the file database does; one that is not gone is fenced off by the
     * epoch.
     */
    public static LeaderLease takeOver(Jdbi jdbi, InstantSource clock) {
        var holder = UUID.randomUUID().toString();
        var epoch =
                jdbi.inTransaction(handle -> {
                    var changed =
                            handle.execute(
                                    "update lease set epoch = epoch + 1, holder = ?,"
                                            + " expires_at = current_timestamp + interval '10'"
                                            + " second where id = 1",
                                    holder);
                    if (changed == 0) {
                        handle.execute(
                                "insert into lease (id, holder, epoch, expires_at) values"
                                        + " (1, ?, 1, current_timestamp + interval '10'"
                                        + " second)",
                                holder);
                    }
                    return handle.createQuery("select epoch from lease where id = 1")
                            .mapTo(Long.class)
                            .one();
                });
        return new LeaderLease(jdbi, clock, holder, epoch);
    }

    public long epoch() {
        return epoch;
    }

    /**
     * Does this process still lead? Asks the database when the last answer is older than a third of
     * the lease, so that a leader that slept asks before it acts.
     */
    public synchronized boolean isHeld() {
        var now = clock.instant();
        var age = Duration.between(renewedAt, now);
        if (!age.isNegative() && age.compareTo(RENEW_AFTER) < 0) {
            return true;
        }
        var renewed =
                jdbi.withHandle(handle ->
                        handle.execute(
                                "update lease set expires_at = current_timestamp +"
                                        + " interval '10' second where id = 1 and holder = ?"
                                        + " and epoch = ?",
                                holder,
                                epoch));
        if (renewed == 1) {
            renewedAt = now;
        }
        return renewed == 1;
    }
}
