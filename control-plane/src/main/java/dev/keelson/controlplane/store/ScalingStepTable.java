package dev.keelson.controlplane.store;

import dev.keelson.core.demand.ScalingStep;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** What deployments were like over the last week. Thread-safe. */
public final class ScalingStepTable {
    private static final Duration KEPT = Duration.ofDays(7);

    private final Jdbi jdbi;

    public ScalingStepTable(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** Adds a step; one of the same moment is replaced. */
    public void add(String deployment, ScalingStep step) {
        var lead = step.lead();
        jdbi.useTransaction(handle -> {
            handle.execute(
                    "delete from scaling_steps where deployment = ? and at = ?",
                    deployment,
                    step.at().toEpochMilli());
            handle.execute(
                    "insert into scaling_steps (deployment, at, wanted, ready, advised, demand,"
                            + " lead_ms) values (?, ?, ?, ?, ?, ?, ?)",
                    deployment,
                    step.at().toEpochMilli(),
                    step.wanted(),
                    step.ready(),
                    step.advised(),
                    step.demand(),
                    lead == null ? null : Long.valueOf(lead.toMillis()));
        });
    }

    /** Steps of a deployment from a moment on, oldest first. */
    public List<ScalingStep> since(String deployment, Instant from) {
        return jdbi.withHandle(handle ->
                handle.createQuery(
                                "select * from scaling_steps where deployment = :deployment and at"
                                        + " >= :from order by at")
                        .bind("deployment", deployment)
                        .bind("from", from.toEpochMilli())
                        .map((row, _) -> read(row))
                        .list());
    }

    private static ScalingStep read(ResultSet row) throws SQLException {
        var lead = row.getObject("lead_ms", Long.class);
        return new ScalingStep(
                Instant.ofEpochMilli(row.getLong("at")),
                row.getInt("wanted"),
                row.getInt("ready"),
                row.getObject("advised", Integer.class),
                row.getObject("demand", Double.class),
                duration(lead));
    }

    private static @Nullable Duration duration(@Nullable Long millis) {
        return millis == null ? null : Duration.ofMillis(millis);
    }

    /** Forgets what is older than a week. */
    public void prune(Instant now) {
        jdbi.useHandle(handle ->
                handle.execute(
                        "delete from scaling_steps where at < ?", now.minus(KEPT).toEpochMilli()));
    }
}
