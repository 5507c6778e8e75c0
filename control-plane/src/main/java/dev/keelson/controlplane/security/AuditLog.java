package dev.keelson.controlplane.security;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Every change that somebody asked for, each entry holding the hash of the one before, so that
 * removing or changing one shows; only the oldest go, beyond {@link #MOST_KEPT}. Thread-safe.
 */
public final class AuditLog {
    private static final String FIRST = "0".repeat(64);
    private static final int MOST_KEPT = 100_000;

    private final Jdbi jdbi;
    private final InstantSource clock;

    /** One change. */
    public record Entry(
            long seq,
            Instant at,
            String author,
            String action,
            String target,
            String detail,
            String previousHash,
            String hash) {}

    public AuditLog(Jdbi jdbi, InstantSource clock) {
        this.jdbi = jdbi;
        this.clock = clock;
    }

    public synchronized void append(String author, String action, String target, String detail) {
        jdbi.useTransaction(handle -> {
            var last = newest(handle, 1);
            var seq = last.isEmpty() ? 1 : last.getFirst().seq() + 1;
            var previous = last.isEmpty() ? FIRST : last.getFirst().hash();
            var at = clock.millis();
            handle.execute(
                    "insert into audit (seq, at, author, action, target, detail,"
                            + " previous_hash, hash) values (?, ?, ?, ?, ?, ?, ?, ?)",
                    seq,
                    at,
                    author,
                    action,
                    target,
                    detail,
                    previous,
                    hash(previous, seq, at, author, action, target, detail));
        });
    }

    /** Newest first. */
    public List<Entry> newest(int most) {
        return jdbi.withHandle(handle -> newest(handle, most));
    }

    /** Does every hash follow from what stands before it? */
    public boolean isIntact() {
        var entries = newest(Integer.MAX_VALUE).reversed();
        // The first one that is kept vouches for those that were pruned before it.
        var previous =
                entries.isEmpty() || entries.getFirst().seq() == 1
                        ? FIRST
                        : entries.getFirst().previousHash();
        for (var entry : entries) {
            var expected =
                    hash(
                            previous,
                            entry.seq(),
                            entry.at().toEpochMilli(),
                            entry.author(),
                            entry.action(),
                            entry.target(),
                            entry.detail());
            if (!entry.previousHash().equals(previous) || !entry.hash().equals(expected)) {
                return false;
            }
            previous = entry.hash();
        }
        return true;
    }

    /** Forgets the oldest entries beyond the bound. */
    public void prune() {
        prune(MOST_KEPT);
    }

    void prune(int most) {
        jdbi.useHandle(handle ->
                handle.execute(
                        "delete from audit where seq <= (select coalesce(max(seq), 0) from"
                                + " audit) - ?",
                        most));
    }

    private static String hash(
            String previous,
            long seq,
            long at,
            String author,
            String action,
            String target,
            String detail) {
        return Secret.hash(
                String.join(
                        "\u0000",
                        previous,
                        Long.toString(seq),
                        Long.toString(at),
                        author,
                        action,
                        target,
                        detail));
    }

    private static List<Entry> newest(Handle handle, int most) {
        return handle.createQuery(
                        "select * from audit order by seq desc fetch first :most rows only")
                .bind("most", most)
                .map((row, _) ->
                        new Entry(
                                row.getLong("seq"),
                                Instant.ofEpochMilli(row.getLong("at")),
                                row.getString("author"),
                                row.getString("action"),
                                row.getString("target"),
                                row.getString("detail"),
                                row.getString("previous_hash"),
                                row.getString("hash")))
                .list();
    }
}
