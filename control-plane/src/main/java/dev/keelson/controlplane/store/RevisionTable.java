package dev.keelson.controlplane.store;

import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.EngineSpec;
import dev.keelson.core.fleet.Revision;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/** Revisions of deployments: one more whenever what starts an engine changes. Thread-safe. */
public final class RevisionTable {
    /** Revisions that are still of interest to a planner. */
    private static final int KEPT = 10;

    /** Older ones are forgotten; nothing of them can still run. */
    private static final int MOST_STORED = 100;

    private final Jdbi jdbi;

    public RevisionTable(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** The newest revisions, oldest first; the last is the given engine, made if it is new. */
    public List<Revision> upTo(DeploymentId deployment, EngineSpec engine, Instant now) {
        return jdbi.inTransaction(handle -> {
            var known =
                    handle.createQuery(
                                    "select number, engine from revisions where deployment"
                                            + " = :deployment order by number desc fetch first"
                                            + " :kept rows only")
                            .bind("deployment", deployment.value())
                            .bind("kept", KEPT)
                            .map((row, _) ->
                                    new Revision(
                                            deployment,
                                            row.getInt("number"),
                                            RecordJson.read(
                                                    row.getString("engine"), EngineSpec.class)))
                            .list();
            if (!known.isEmpty() && known.getFirst().engine().equals(engine)) {
                return known.reversed();
            }
            var number = known.isEmpty() ? 1 : known.getFirst().number() + 1;
            handle.execute(
                    "insert into revisions (deployment, number, engine, created_at) values"
                            + " (?, ?, ?, ?)",
                    deployment.value(),
                    number,
                    RecordJson.write(engine),
                    now.toEpochMilli());
            handle.execute(
                    "delete from revisions where deployment = ? and number <= ?",
                    deployment.value(),
                    number - MOST_STORED);
            var all = new java.util.ArrayList<>(known.reversed());
            all.add(new Revision(deployment, number, engine));
            return List.copyOf(all);
        });
    }
}
