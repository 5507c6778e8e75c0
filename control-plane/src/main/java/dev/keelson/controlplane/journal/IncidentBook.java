package dev.keelson.controlplane.journal;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.core.plan.IncidentChange;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Incidents with their times, evidence and decisions. Thread-safe. At most one of a kind and target
 * is open.
 */
public final class IncidentBook {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_KEPT = 5_000;

    private final Jdbi jdbi;
    private final InstantSource clock;
    private Consumer<String> listener = _ -> {};

    private record Row(
            String id,
            String kind,
            String target,
            Instant openedAt,
            @Nullable Instant lastEvidenceAt,
            @Nullable Long detectedMs,
            @Nullable Long reroutedMs,
            @Nullable Long recoveredMs,
            @Nullable Instant resolvedAt,
            List<String> evidence,
            List<String> decisions) {

        ObjectNode json() {
            var node = JSON.createObjectNode();
            node.put("id", id).put("kind", kind).put("target", target);
            node.put("openedAt", IsoTime.of(openedAt));
            node.put("detectedMs", detectedMs);
            node.put("reroutedMs", reroutedMs);
            node.put("recoveredMs", recoveredMs);
            node.put("resolvedAt", resolvedAt == null ? null : IsoTime.of(resolvedAt));
            node.set("decisions", JSON.valueToTree(decisions));
            node.set("evidence", JSON.valueToTree(evidence));
            return node;
        }
    }

    public IncidentBook(Jdbi jdbi, InstantSource clock) {
        this.jdbi = jdbi;
        this.clock = clock;
    }

    /** Given an incident as JSON at every change of it. */
    public void whenChanged(Consumer<String> consumer) {
        listener = consumer;
    }

    /** Takes what a plan says; its decisions are linked to the incidents that it touches. */
    public void apply(List<IncidentChange> changes, List<String> decisions) {
        changes.forEach(change -> apply(change, decisions));
    }

    private synchronized void apply(IncidentChange change, List<String> decisions) {
        switch (change) {
            case IncidentChange.Opened opened ->
                    open(
                            opened.kind(),
                            opened.target(),
                            opened.lastEvidenceAt(),
                            opened.evidence(),
                            decisions);
            case IncidentChange.Rerouted rerouted ->
                    open(rerouted.kind(), rerouted.target())
                            .filter(row -> row.reroutedMs() == null)
                            .ifPresent(row -> save(rerouted(row, decisions)));
            case IncidentChange.Recovered recovered ->
                    open(recovered.kind(), recovered.target())
                            .filter(row -> row.recoveredMs() == null)
                            .ifPresent(row -> save(recovered(row, decisions)));
            case IncidentChange.Resolved resolved ->
                    resolve(resolved.kind(), resolved.target(), decisions);
        }
    }

    /** Opens an incident; one that is open already takes the newer evidence. */
    public synchronized void open(
            String kind,
            String target,
            @Nullable Instant lastEvidenceAt,
            List<String> evidence,
            List<String> decisions) {
        var now = clock.instant();
        var known = open(kind, target);
        if (known.isPresent()) {
            var row = known.get();
            if (!row.evidence().equals(evidence)) {
                save(
                        new Row(
                                row.id(),
                                kind,
                                target,
                                row.openedAt(),
                                row.lastEvidenceAt(),
                                row.detectedMs(),
                                row.reroutedMs(),
                                row.recoveredMs(),
                                null,
                                evidence,
                                joined(row.decisions(), decisions)));
            }
            return;
        }
        var id = "i-%s".formatted(java.util.UUID.randomUUID().toString().substring(0, 8));
        save(
                new Row(
                        id,
                        kind,
                        target,
                        now,
                        lastEvidenceAt,
                        since(lastEvidenceAt, now),
                        null,
                        null,
                        null,
                        evidence,
                        decisions));
    }

    public synchronized void resolve(String kind, String target, List<String> decisions) {
        open(kind, target)
                .ifPresent(row ->
                        save(
                                new Row(
                                        row.id(),
                                        kind,
                                        target,
                                        row.openedAt(),
                                        row.lastEvidenceAt(),
                                        row.detectedMs(),
                                        row.reroutedMs(),
                                        row.recoveredMs(),
                                        clock.instant(),
                                        row.evidence(),
                                        joined(row.decisions(), decisions))));
    }

    /** As JSON, newest first. */
    public List<ObjectNode> newest(int most) {
        return rows("order by opened_at desc, id fetch first " + most + " rows only").stream()
                .map(Row::json)
                .toList();
    }

    /** Open ones and those resolved since a moment, newest first. */
    public List<ObjectNode> openOrResolvedSince(Instant moment) {
        return rows(
                        "where resolved_at is null or resolved_at >= "
                                + moment.toEpochMilli()
                                + " order by opened_at desc, id fetch first 200 rows only")
                .stream()
                .map(Row::json)
                .toList();
    }

    public boolean isOpen(String kind) {
        return !rows("where resolved_at is null and kind = '" + kind.replace("'", "") + "'")
                .isEmpty();
    }

    /** Forgets the oldest resolved incidents beyond a bound. */
    public void prune() {
        jdbi.useHandle(handle ->
                handle.execute(
                        "delete from incidents where resolved_at is not null and opened_at"
                                + " < (select coalesce(min(opened_at), 0) from (select"
                                + " opened_at from incidents order by opened_at desc fetch"
                                + " first "
                                + MOST_KEPT
                                + " rows only) newest)"));
    }

    private Row rerouted(Row row, List<String> decisions) {
        return new Row(
                row.id(),
                row.kind(),
                row.target(),
                row.openedAt(),
                row.lastEvidenceAt(),
                row.detectedMs(),
                since(from(row), clock.instant()),
                row.recoveredMs(),
                null,
                row.evidence(),
                joined(row.decisions(), decisions));
    }

    private Row recovered(Row row, List<String> decisions) {
        return new Row(
                row.id(),
                row.kind(),
                row.target(),
                row.openedAt(),
                row.lastEvidenceAt(),
                row.detectedMs(),
                row.reroutedMs(),
                since(from(row), clock.instant()),
                null,
                row.evidence(),
                joined(row.decisions(), decisions));
    }

    private static Instant from(Row row) {
        return row.lastEvidenceAt() == null ? row.openedAt() : row.lastEvidenceAt();
    }

    private static @Nullable Long since(@Nullable Instant from, Instant now) {
        return from == null ? null : Math.max(0, Duration.between(from, now).toMillis());
    }

    private static List<String> joined(List<String> some, List<String> more) {
        var result = new ArrayList<>(some);
        more.stream().filter(id -> !result.contains(id)).forEach(result::add);
        return result.subList(0, Math.min(result.size(), 100));
    }

    private Optional<Row> open(String kind, String target) {
        return jdbi.withHandle(handle ->
                handle.createQuery(
                                "select * from incidents where kind = :kind and target ="
                                        + " :target and resolved_at is null")
                        .bind("kind", kind)
                        .bind("target", target)
                        .map((row, _) -> read(row))
                        .findFirst());
    }

    private List<Row> rows(String condition) {
        return jdbi.withHandle(handle ->
                handle.createQuery("select * from incidents " + condition)
                        .map((row, _) -> read(row))
                        .list());
    }

    private void save(Row row) {
        jdbi.useTransaction(handle -> {
            handle.execute("delete from incidents where id = ?", row.id());
            handle.execute(
                    "insert into incidents (id, kind, target, opened_at, last_evidence_at,"
                            + " detected_ms, rerouted_ms, recovered_ms, resolved_at, evidence,"
                            + " decisions) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    row.id(),
                    row.kind(),
                    row.target(),
                    row.openedAt().toEpochMilli(),
                    row.lastEvidenceAt() == null ? null : row.lastEvidenceAt().toEpochMilli(),
                    row.detectedMs(),
                    row.reroutedMs(),
                    row.recoveredMs(),
                    row.resolvedAt() == null ? null : row.resolvedAt().toEpochMilli(),
                    text(row.evidence()),
                    text(row.decisions()));
        });
        listener.accept(row.json().toString());
    }

    private static Row read(ResultSet row) throws SQLException {
        var evidenceAt = optional(row, "last_evidence_at");
        var resolvedAt = optional(row, "resolved_at");
        return new Row(
                row.getString("id"),
                row.getString("kind"),
                row.getString("target"),
                Instant.ofEpochMilli(row.getLong("opened_at")),
                evidenceAt == null ? null : Instant.ofEpochMilli(evidenceAt),
                optional(row, "detected_ms"),
                optional(row, "rerouted_ms"),
                optional(row, "recovered_ms"),
                resolvedAt == null ? null : Instant.ofEpochMilli(resolvedAt),
                list(row.getString("evidence")),
                list(row.getString("decisions")));
    }

    private static @Nullable Long optional(ResultSet row, String column) throws SQLException {
        var value = row.getLong(column);
        return row.wasNull() ? null : value;
    }

    private static String text(List<String> texts) {
        return JSON.valueToTree(texts).toString();
    }

    private static List<String> list(String text) {
        try {
            return List.of(JSON.readValue(text, String[].class));
        } catch (JacksonException e) {
            throw new IllegalStateException("a stored list is none", e);
        }
    }
}
