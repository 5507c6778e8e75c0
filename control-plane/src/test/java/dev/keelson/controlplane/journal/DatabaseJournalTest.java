package dev.keelson.controlplane.journal;

import static dev.keelson.core.testing.OutlookBuilder.anOutlook;
import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.controlplane.store.Database;
import dev.keelson.core.demand.Forecast;
import dev.keelson.core.demand.Forecasts;
import dev.keelson.core.testing.FleetModel;
import dev.keelson.exchange.journal.Replay;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DatabaseJournalTest {
    @TempDir Path folder;

    @Test
    void storesAForecastOnceAndExportsEveryDecisionThatUsedItForReplay() throws IOException {
        try (var database = Database.open(folder)) {
            var journal = new DatabaseJournal(database.jdbi());
            var fleet = new FleetModel(3, 1, 4);
            var last = new AtomicReference<>(Forecasts.NONE);
            var source = anOutlook().of(at -> at.getEpochSecond() % 30 < 15 ? 2.6 : 0.6);
            fleet.forecasts =
                    observed ->
                            observed.observedAt().toEpochMilli() % 120_000 == 0
                                    ? last.updateAndGet(_ -> source.forecasts(observed))
                                    : last.get();
            fleet.requestsThere = 3.0;
            int decisions = 0;
            var used = new HashSet<Forecast>();
            for (int tick = 0; tick < 480; tick++) {
                var before = fleet.memory;
                var plan = fleet.tick();
                decisions += plan.decisions().size();
                fleet.requestsThere = tick % 100 < 50 ? 3.0 : 17.0;
                if (!plan.decisions().isEmpty()) {
                    fleet.expected.outlooks().values().forEach(o -> used.add(o.forecast()));
                    journal.append(
                            Objects.requireNonNull(fleet.planned),
                            before,
                            fleet.expected,
                            fleet.policies,
                            plan);
                }
            }
            assertThat(count(database, "journal")).isGreaterThan(count(database, "forecasts"));
            assertThat(count(database, "forecasts")).isEqualTo(used.size()).isPositive();
            var text = new StringBuilder();
            journal.export(Instant.EPOCH, fleet.now, text);
            var result = Replay.run(new StringReader(text.toString()));
            assertThat(result.first()).isNull();
            assertThat(result.decisions()).isEqualTo(decisions).isPositive();

            // Once the entries are gone, so are their forecasts.
            journal.prune(Objects.requireNonNull(fleet.planned).observedAt());
            assertThat(count(database, "forecasts")).isPositive();
            journal.prune(
                    Objects.requireNonNull(fleet.planned).observedAt().plus(Duration.ofDays(8)));
            assertThat(count(database, "forecasts")).isZero();
        }
    }

    private static long count(Database database, String table) {
        return database.jdbi()
                .withHandle(handle ->
                        handle.createQuery("select count(*) from " + table)
                                .mapTo(Long.class)
                                .one());
    }
}
