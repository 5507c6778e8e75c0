package dev.keelson.controlplane.store;

import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.NodeId;
import dev.keelson.core.fleet.OperatorRequest;
import dev.keelson.core.policy.ActionClass;
import dev.keelson.core.policy.Approval;
import dev.keelson.core.policy.Freeze;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/**
 * What operators asked for and the planner has not answered, their freezes and approvals.
 * Thread-safe.
 */
public final class OperatorTable {
    private final Jdbi jdbi;

    public OperatorTable(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    public List<OperatorRequest> open() {
        return jdbi.withHandle(handle ->
                handle.createQuery("select * from operator_requests order by at, id")
                        .map((row, _) ->
                                request(
                                        row.getString("id"),
                                        row.getString("kind"),
                                        row.getString("target"),
                                        row.getInt("replicas")))
                        .list());
    }

    private static OperatorRequest request(String id, String kind, String target, int replicas) {
        return kind.equals("SCALE")
                ? new OperatorRequest.Scale(id, new DeploymentId(target), replicas)
                : new OperatorRequest.DrainNode(id, new NodeId(target));
    }

    public String scale(DeploymentId deployment, int replicas, Instant at, String author) {
        return add("SCALE", deployment.value(), replicas, at, author);
    }

    public String drain(NodeId node, Instant at, String author) {
        return add("DRAIN", node.value(), 0, at, author);
    }

    private String add(String kind, String target, int replicas, Instant at, String author) {
        var id = "r-" + UUID.randomUUID();
        jdbi.useTransaction(handle -> {
            // The newest word on the same thing replaces an unanswered one.
            handle.execute(
                    "delete from operator_requests where kind = ? and target = ?", kind, target);
            handle.execute(
                    "insert into operator_requests (id, kind, target, replicas, at,"
                            + " author) values (?, ?, ?, ?, ?, ?)",
                    id,
                    kind,
                    target,
                    replicas,
                    at.toEpochMilli(),
                    author);
        });
        return id;
    }

    public void answered(Set<String> ids) {
        jdbi.useTransaction(handle ->
                ids.forEach(
                        id -> handle.execute("delete from operator_requests where id = ?", id)));
    }

    public List<Freeze> freezes(Instant now) {
        return jdbi.withHandle(handle ->
                handle.createQuery(
                                "select * from freezes where expires_at > :now order by"
                                        + " expires_at")
                        .bind("now", now.toEpochMilli())
                        .map((row, _) ->
                                new Freeze(
                                        row.getString("owner"),
                                        row.getString("reason"),
                                        Instant.ofEpochMilli(row.getLong("expires_at")),
                                        row.getBoolean("every_action")))
                        .list());
    }

    public void freeze(Freeze freeze) {
        jdbi.useHandle(handle ->
                handle.execute(
                        "insert into freezes (id, owner, reason, expires_at, every_action)"
                                + " values (?, ?, ?, ?, ?)",
                        "f-" + UUID.randomUUID(),
                        freeze.owner(),
                        freeze.reason(),
                        freeze.expiresAt().toEpochMilli(),
                        freeze.all()));
    }

    /** Those that stand, first to expire first. */
    public List<Approval> approvals(Instant now) {
        return jdbi.withHandle(handle ->
                handle.createQuery(
                                "select * from approvals where expires_at > :now order by"
                                        + " expires_at, id")
                        .bind("now", now.toEpochMilli())
                        .map((row, _) -> {
                            var deployment = row.getString("deployment");
                            return new Approval(
                                    row.getString("owner"),
                                    ActionClass.valueOf(row.getString("action_class")),
                                    deployment == null ? null : new DeploymentId(deployment),
                                    Instant.ofEpochMilli(row.getLong("expires_at")));
                        })
                        .list());
    }

    public void approve(Approval approval) {
        var deployment = approval.deployment();
        jdbi.useHandle(handle ->
                handle.execute(
                        "insert into approvals (id, owner, action_class, deployment, expires_at)"
                                + " values (?, ?, ?, ?, ?)",
                        "a-" + UUID.randomUUID(),
                        approval.owner(),
                        approval.actionClass().name(),
                        deployment == null ? null : deployment.value(),
                        approval.expiresAt().toEpochMilli()));
    }

    /** Forgets freezes and approvals that ended more than a day ago. */
    public void prune(Instant now) {
        var oldest = now.minus(Duration.ofDays(1)).toEpochMilli();
        jdbi.useHandle(handle -> {
            handle.execute("delete from freezes where expires_at < ?", oldest);
            handle.execute("delete from approvals where expires_at < ?", oldest);
        });
    }

    /** Lifts every freeze; answers how many there were. */
    public int unfreeze() {
        return jdbi.withHandle(handle -> handle.execute("delete from freezes"));
    }
}
