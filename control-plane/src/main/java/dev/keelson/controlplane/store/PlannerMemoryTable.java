package dev.keelson.controlplane.store;

import dev.keelson.core.control.PlannerMemoryStore;
import dev.keelson.core.plan.PlannerMemory;
import dev.keelson.exchange.journal.JournalCodec;
import org.jdbi.v3.core.Jdbi;

/** The planner's memory, written through. Thread-safe. */
public final class PlannerMemoryTable implements PlannerMemoryStore {
    private final Jdbi jdbi;
    private volatile PlannerMemory current;

    public PlannerMemoryTable(Jdbi jdbi) {
        this.jdbi = jdbi;
        this.current =
                jdbi.withHandle(handle ->
                                handle.createQuery(
                                                "select body from planner_memory where id" + " = 1")
                                        .mapTo(String.class)
                                        .findOne())
                        .map(JournalCodec::decodeMemory)
                        .orElse(PlannerMemory.EMPTY);
    }

    @Override
    public PlannerMemory load() {
        return current;
    }

    @Override
    public void save(PlannerMemory memory) {
        var body = JournalCodec.encodeMemory(memory);
        jdbi.useTransaction(handle -> {
            if (handle.execute("update planner_memory set body = ? where id = 1", body) == 0) {
                handle.execute("insert into planner_memory (id, body) values (1, ?)", body);
            }
        });
        current = memory;
    }
}
