package dev.keelson.controlplane.store;

import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/** Gateways and the last state of their request logs over restarts. Thread-safe. */
public final class GatewayTable {
    /** The request log's state as JSON numbers; all zero before the first report. */
    public record Log(
            long arrivals,
            long completions,
            long published,
            long spooled,
            long dropped,
            long open,
            long lastPublishedEventTimeMs) {
        public static final Log NONE = new Log(0, 0, 0, 0, 0, 0, 0);

        /** Has everything that happened reached Kafka, with nothing still running? */
        public boolean isComplete() {
            return open == 0 && spooled == 0 && published == arrivals + completions;
        }
    }

    /**
     * One gateway.
     *
     * @param leaving asked to drain away
     */
    public record Row(String name, String url, Log log, Instant lastHeardAt, boolean leaving) {}

    private final Jdbi jdbi;

    public GatewayTable(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    public List<Row> all() {
        return jdbi.withHandle(handle ->
                handle.createQuery("select * from gateways order by name")
                        .map((row, _) ->
                                new Row(
                                        row.getString("name"),
                                        row.getString("url"),
                                        RecordJson.read(row.getString("log"), Log.class),
                                        Instant.ofEpochMilli(row.getLong("last_heard_at")),
                                        row.getBoolean("leaving")))
                        .list());
    }

    public void save(Row gateway) {
        jdbi.useTransaction(handle -> {
            handle.execute("delete from gateways where name = ?", gateway.name());
            handle.execute(
                    "insert into gateways (name, url, log, last_heard_at, leaving) values"
                            + " (?, ?, ?, ?, ?)",
                    gateway.name(),
                    gateway.url(),
                    RecordJson.write(gateway.log()),
                    gateway.lastHeardAt().toEpochMilli(),
                    gateway.leaving());
        });
    }

    /** Fingerprints of requests that killed replicas, oldest first. */
    public List<String> quarantined() {
        return jdbi.withHandle(handle ->
                handle.createQuery("select fingerprint from quarantined order by at")
                        .mapTo(String.class)
                        .list());
    }

    /** Forgets a fingerprint: requests like it are tried again. */
    public void release(String fingerprint) {
        jdbi.useHandle(handle ->
                handle.execute("delete from quarantined where fingerprint = ?", fingerprint));
    }

    public void quarantine(String fingerprint, String deployment, Instant at) {
        jdbi.useTransaction(handle -> {
            handle.execute("delete from quarantined where fingerprint = ?", fingerprint);
            handle.execute(
                    "insert into quarantined (fingerprint, deployment, at) values (?, ?," + " ?)",
                    fingerprint,
                    deployment,
                    at.toEpochMilli());
        });
    }
}
