package dev.keelson.exchange.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.core.demand.Forecasts;
import dev.keelson.core.plan.Planner;
import dev.keelson.core.testing.RandomFleet;
import java.io.IOException;
import java.io.StringReader;
import org.junit.jupiter.api.Test;

/** Whatever a fleet has been through, its journal is read back and planned again identically. */
final class RandomJournalTest {
    private static final int SEEDS = 300;

    private static JournalEntry entry(long seed) {
        var fleet = RandomFleet.of(seed);
        var plan = Planner.plan(fleet.state, fleet.memory, fleet.policies);
        return new JournalEntry(
                seed + 1,
                Planner.VERSION,
                fleet.state,
                fleet.memory,
                Forecasts.NONE,
                fleet.policies,
                plan);
    }

    @Test
    void theInputsAreReadBackAndGiveTheSamePlanToTheByte() {
        for (long seed = 0; seed < SEEDS; seed++) {
            var entry = entry(seed);
            var text = JournalCodec.encode(entry);
            var read = JournalCodec.decode(text);
            assertThat(JournalCodec.encode(read)).as("seed %d", seed).isEqualTo(text);
            var again = Planner.plan(read.state(), read.memory(), read.policies());
            assertThat(JournalCodec.encodePlan(again))
                    .as("seed %d", seed)
                    .isEqualTo(JournalCodec.encodePlan(entry.plan()));
        }
    }

    @Test
    void theExportedJournalReplaysWithoutADifference() throws IOException {
        var text = new StringBuilder();
        var export = new JournalExport(text);
        int decisions = 0;
        for (long seed = 0; seed < SEEDS / 5; seed++) {
            var entry = entry(seed);
            export.append(entry);
            decisions += entry.plan().decisions().size();
        }
        var result = Replay.run(new StringReader(text.toString()));
        assertThat(result.first()).isNull();
        assertThat(result.differences()).isZero();
        assertThat(result.decisions()).isEqualTo(decisions).isPositive();
    }
}
