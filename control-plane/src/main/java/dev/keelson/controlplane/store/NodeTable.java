package dev.keelson.controlplane.store;

import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/** Nodes over restarts. Thread-safe. */
public final class NodeTable {
    private final Jdbi jdbi;

    public NodeTable(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    public List<NodeRow> all() {
        return jdbi.withHandle(handle ->
                handle.createQuery("select * from nodes order by name")
                        .map((row, _) ->
                                new NodeRow(
                                        row.getString("name"),
                                        RecordJson.read(
                                                row.getString("facts"), NodeRow.Facts.class),
                                        row.getBoolean("cordoned"),
                                        row.getBoolean("provided"),
                                        row.getBoolean("releasing"),
                                        row.getBoolean("gone"),
                                        Instant.ofEpochMilli(row.getLong("last_heard_at"))))
                        .list());
    }

    public void save(NodeRow node) {
        jdbi.useTransaction(handle -> {
            handle.execute("delete from nodes where name = ?", node.name());
            handle.execute(
                    "insert into nodes (name, facts, cordoned, provided, releasing, gone,"
                            + " last_heard_at) values (?, ?, ?, ?, ?, ?, ?)",
                    node.name(),
                    RecordJson.write(node.facts()),
                    node.cordoned(),
                    node.provided(),
                    node.releasing(),
                    node.gone(),
                    node.lastHeardAt().toEpochMilli());
        });
    }

    public void remove(String name) {
        jdbi.useHandle(handle -> handle.execute("delete from nodes where name = ?", name));
    }
}
