package dev.keelson.controlplane.journal;

import dev.keelson.core.control.DecisionJournal;
import dev.keelson.core.demand.Forecasts;
import dev.keelson.core.fleet.FleetState;
import dev.keelson.core.plan.Plan;
import dev.keelson.core.plan.Planner;
import dev.keelson.core.plan.PlannerMemory;
import dev.keelson.core.policy.Policies;
import dev.keelson.exchange.journal.JournalCodec;
import dev.keelson.exchange.journal.JournalEntry;
import dev.keelson.exchange.journal.JournalExport;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * The journal in the database: what was decided and all that it was decided from, committed before
 * anything is done. Reading is thread-safe; appending is the control loop's.
 */
public final class DatabaseJournal implements DecisionJournal {
    private static final Duration KEPT = Duration.ofDays(7);
    private static final int MOST_ENTRIES = 20_000;
    private static final int PAGE = 50;

    /** About 25 KB each: 50 paths of 30 steps of three indicators. */
    private static final int MOST_FORECASTS = 4_000;

    private static final int MOST_DECISIONS = 100_000;

    private final Jdbi jdbi;
    private Consumer<String> listener = _ -> {};
    private @Nullable Plan last;
    private List<String> lastIds = List.of();

    public DatabaseJournal(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** Given every decision as JSON, once, after it is stored. */
    public void whenDecided(Consumer<String> consumer) {
        listener = consumer;
    }

    @Override
    public void append(
            FleetState state,
            PlannerMemory before,
            Forecasts forecasts,
            Policies policies,
            Plan plan) {
        var at = state.observedAt();
        var bodies = new ArrayList<String>();
        var ids = new ArrayList<String>();
        jdbi.useTransaction(handle -> {
            handle.execute("insert into journal (at, body) values (?, ?)", at.toEpochMilli(), "");
            var seq = handle.createQuery("select max(seq) from journal").mapTo(Long.class).one();
            var entry =
                    new JournalEntry(
                            seq, Planner.VERSION, state, before, forecasts, policies, plan);
            for (int i = 0; i < plan.decisions().size(); i++) {
                var decision = plan.decisions().get(i);
                var body =
                        JournalCodec.decision(entry.decisionId(i), at, decision)
                                .put("epoch", state.epoch())
                                .toString();
                ids.add(entry.decisionId(i));
                bodies.add(body);
                handle.execute(
                        "insert into decisions (id, seq, at, deployment, has_actions, body)"
                                + " values (?, ?, ?, ?, ?, ?)",
                        entry.decisionId(i),
                        seq,
                        at.toEpochMilli(),
                        decision.deployment() == null ? null : decision.deployment().value(),
                        !decision.actions().isEmpty(),
                        body);
            }
            var text = JournalCodec.encode(entry, (hash, body) -> keep(handle, seq, hash, body));
            handle.execute("update journal set body = ? where seq = ?", text, seq);
        });
        last = plan;
        lastIds = List.copyOf(ids);
        bodies.forEach(listener);
    }

    /** Sample paths are large and used by many entries: each forecast is stored once. */
    private static boolean keep(Handle handle, long seq, String hash, String body) {
        if (handle.execute("update forecasts set seq = ? where hash = ?", seq, hash) == 0) {
            handle.execute(
                    "insert into forecasts (hash, seq, body) values (?, ?, ?)", hash, seq, body);
        }
        return true;
    }

    /** Ids of a plan's decisions; empty for one that was not the last to be journalled. */
    public List<String> idsOf(Plan plan) {
        return plan.equals(last) ? lastIds : List.of();
    }

    /** Decisions as JSON, newest first. */
    public List<String> decisions(int most, @Nullable String deployment) {
        return jdbi.withHandle(handle ->
                handle.createQuery(
                                "select body from decisions where cast(:deployment as"
                                        + " varchar) is null or deployment = :deployment order"
                                        + " by at desc, seq desc, id fetch first :most rows"
                                        + " only")
                        .bind("deployment", deployment)
                        .bind("most", most)
                        .mapTo(String.class)
                        .list());
    }

    public Optional<String> decision(String id) {
        return jdbi.withHandle(handle ->
                handle.createQuery("select body from decisions where id = :id")
                        .bind("id", id)
                        .mapTo(String.class)
                        .findOne());
    }

    /** Newest decision on a deployment at a moment. */
    public Optional<String> decisionAt(@Nullable String deployment, Instant at) {
        return jdbi.withHandle(handle ->
                handle.createQuery(
                                "select body from decisions where at <= :at and"
                                        + " (cast(:deployment as varchar) is null or"
                                        + " deployment = :deployment) order by at desc, seq"
                                        + " desc, id fetch first 1 rows only")
                        .bind("at", at.toEpochMilli())
                        .bind("deployment", deployment)
                        .mapTo(String.class)
                        .findOne());
    }

    /** Writes the export of a span of time: a header, then the entries in order. */
    public void export(Instant from, Instant to, Appendable out) throws IOException {
        var export = new JournalExport(out);
        var next = 0L;
        while (true) {
            // Page by page: an hour's journal must not lie in memory as a whole.
            var page = entries(from, to, next);
            for (var entry : page) {
                export.append(entry);
                next = entry.id() + 1;
            }
            if (page.size() < PAGE) {
                return;
            }
        }
    }

    private List<JournalEntry> entries(Instant from, Instant to, long firstSeq) {
        var read = new HashMap<String, @Nullable String>();
        return jdbi.withHandle(handle ->
                handle.createQuery(
                                "select body from journal where at >= :from and at <= :to"
                                        + " and seq >= :first order by seq fetch first :page"
                                        + " rows only")
                        .bind("from", from.toEpochMilli())
                        .bind("to", to.toEpochMilli())
                        .bind("first", firstSeq)
                        .bind("page", PAGE)
                        .mapTo(String.class)
                        .map(text ->
                                JournalCodec.decode(
                                        text,
                                        hash ->
                                                read.computeIfAbsent(
                                                        hash, _ -> forecast(handle, hash))))
                        .list());
    }

    private static @Nullable String forecast(Handle handle, String hash) {
        return handle.createQuery("select body from forecasts where hash = :hash")
                .bind("hash", hash)
                .mapTo(String.class)
                .findOne()
                .orElse(null);
    }

    /** Forgets what is older than the bound, or more than the bound. */
    public void prune(Instant now) {
        var oldest = now.minus(KEPT).toEpochMilli();
        jdbi.useTransaction(handle -> {
            handle.execute(
                    "delete from journal where at < ? or seq < (select max(seq) from"
                            + " journal) - ?",
                    oldest,
                    MOST_ENTRIES);
            handle.execute(
                    "delete from journal where seq < (select min(seq) from (select seq from"
                            + " forecasts order by seq desc fetch first %d rows only) as kept)"
                                    .formatted(MOST_FORECASTS)
                            + " and (select count(*) from forecasts) > ?",
                    MOST_FORECASTS);
            handle.execute(
                    "delete from forecasts where seq < (select coalesce(min(seq), %d) from"
                                    .formatted(Long.MAX_VALUE)
                            + " journal)");
            handle.execute(
                    "delete from decisions where seq < (select max(seq) from decisions) -" + " ?",
                    MOST_DECISIONS);
        });
    }
}
