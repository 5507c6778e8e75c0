package dev.keelson.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rounds of {@link RunningFleetTest} in their full length. */
@Tag("full")
class LongRoundsTest {
    private static final Path ROOT = Path.of(System.getProperty("keelson.root"));

    @TempDir static Path folder;
    private static Fleet fleet;

    @BeforeAll
    static void start() {
        fleet = Fleet.up(ROOT, folder.resolve("data"), "--nodes", "3", "--replicas", "2:4");
    }

    @AfterAll
    static void endLeavesNoProcess() {
        fleet.close();
    }

    @Test
    void callsNothingLostWhileOthersTakeTheMachineForTenMinutes() {
        var figures = Machine.saturated(fleet, Duration.ofMinutes(10));
        assertThat(figures.value("falseLosses")).isZero();
        assertThat(figures.value("enginesReplaced")).isZero();
    }

    @Test
    void drainsTheSurplusAfterAMinuteOfPartition() {
        var figures = Faults.partitionNode(fleet, 4, Duration.ofMinutes(2), Duration.ofMinutes(1));
        assertThat(figures.load().failed()).as(figures.load().toString()).isZero();
        assertThat(figures.value("surplusEngines")).isZero();
    }

    @Test
    void countsEveryRequestOnceThroughOutagesOfHalfAMinute() {
        var figures = Streams.outages(fleet, 4, Duration.ofMinutes(4), Duration.ofSeconds(30));
        var sent = (double) figures.load().sent();
        assertThat(figures.value("arrivals")).isEqualTo(sent);
        assertThat(figures.value("completions")).isEqualTo(sent);
        assertThat(figures.value("demandCounted")).isEqualTo(sent);
    }
}
