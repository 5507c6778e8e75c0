package dev.keelson.controlplane.store;

import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.EngineLoad;
import dev.keelson.core.fleet.NodeId;
import dev.keelson.core.fleet.Replica;
import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.core.fleet.ReplicaState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Replicas over restarts, so that a new leader knows what was decided. Thread-safe. */
public final class ReplicaTable {
    private static final int MOST_ENDED = 2_000;

    private final Jdbi jdbi;

    public ReplicaTable(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** All live replicas and the newest ended ones. */
    public List<ReplicaRow> newest(int most) {
        return jdbi.withHandle(handle ->
                handle.createQuery(
                                "select * from replicas order by case when state in"
                                        + " ('STOPPED', 'FAILED') then 1 else 0 end,"
                                        + " changed_at desc fetch first :most rows only")
                        .bind("most", most)
                        .map((row, _) -> read(row))
                        .list());
    }

    public void save(ReplicaRow row) {
        var replica = row.replica();
        jdbi.useTransaction(handle -> {
            handle.execute("delete from replicas where id = ?", replica.id().value());
            handle.execute(
                    "insert into replicas (id, deployment, revision, node, state,"
                            + " thousandths, decided_at, changed_at, url, pid, started_at,"
                            + " startup_ms, reason, ending, ending_reason, ending_ms) values"
                            + " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    replica.id().value(),
                    replica.deployment().value(),
                    replica.revision(),
                    replica.node().value(),
                    replica.state().name(),
                    replica.thousandths(),
                    replica.decidedAt().toEpochMilli(),
                    replica.changedAt().toEpochMilli(),
                    replica.url(),
                    replica.pid(),
                    millis(replica.startedAt()),
                    replica.startup() == null ? null : replica.startup().toMillis(),
                    shortened(replica.reason()),
                    row.ending().name(),
                    shortened(row.endingReason()),
                    row.within().toMillis());
        });
    }

    /** Forgets the oldest ended replicas beyond a bound. */
    public void prune() {
        jdbi.useHandle(handle ->
                handle.execute(
                        "delete from replicas where state in ('STOPPED', 'FAILED') and"
                                + " changed_at < (select coalesce(min(changed_at), 0) from"
                                + " (select changed_at from replicas where state in"
                                + " ('STOPPED', 'FAILED') order by changed_at desc fetch first"
                                + " "
                                + MOST_ENDED
                                + " rows only) newest)"));
    }

    private static ReplicaRow read(ResultSet row) throws SQLException {
        var startupMs = optional(row, "startup_ms");
        var startedAt = optional(row, "started_at");
        var replica =
                new Replica(
                        new ReplicaId(row.getString("id")),
                        new DeploymentId(row.getString("deployment")),
                        row.getInt("revision"),
                        new NodeId(row.getString("node")),
                        ReplicaState.valueOf(row.getString("state")),
                        row.getInt("thousandths"),
                        Instant.ofEpochMilli(row.getLong("decided_at")),
                        Instant.ofEpochMilli(row.getLong("changed_at")),
                        row.getString("url"),
                        optional(row, "pid"),
                        startedAt == null ? null : Instant.ofEpochMilli(startedAt),
                        startupMs == null ? null : Duration.ofMillis(startupMs),
                        null,
                        EngineLoad.UNKNOWN,
                        row.getString("reason"));
        return new ReplicaRow(
                replica,
                ReplicaRow.Ending.valueOf(row.getString("ending")),
                row.getString("ending_reason"),
                Duration.ofMillis(row.getLong("ending_ms")));
    }

    private static @Nullable Long optional(ResultSet row, String column) throws SQLException {
        var value = row.getLong(column);
        return row.wasNull() ? null : value;
    }

    private static @Nullable Long millis(@Nullable Instant at) {
        return at == null ? null : at.toEpochMilli();
    }

    private static @Nullable String shortened(@Nullable String text) {
        return text == null || text.length() <= 500 ? text : text.substring(0, 500);
    }
}
