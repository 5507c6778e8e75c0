package dev.keelson.simulator.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FaultTraceTest {
    private static final String GOOD = "a,1.0,2.5,36.0,Hardware Failure,GPU,GPU Lost";

    @TempDir private Path folder;

    @Test
    void readsThePublicTrace() {
        var trace = publicTrace();

        assertThat(trace.faults()).hasSize(381);
        assertThat(trace.faults().getFirst().start()).isEqualTo(Duration.ofMillis(336_571_200));
        assertThat(trace.faults().stream().map(FaultTrace.Fault::server).distinct()).hasSize(184);
        assertThat(trace.faults()).allMatch(f -> f.end().compareTo(f.start()) >= 0);
    }

    @Test
    void replaysAFaultWithinTheWindowAndCutsWhatLiesOutside() throws IOException {
        var trace = FaultTrace.read(file(GOOD));

        assertThat(replay(trace, Duration.ofHours(20), Duration.ofHours(10)))
                .containsExactly(outage(Duration.ofHours(4), Duration.ofHours(6)));
        assertThat(replay(trace, Duration.ofHours(30), Duration.ofHours(100)))
                .containsExactly(outage(Duration.ZERO, Duration.ofHours(30)));
        assertThat(replay(trace, Duration.ofHours(60), Duration.ofHours(10))).isEmpty();
        assertThat(replay(trace, Duration.ZERO, Duration.ofHours(24))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void nodesPlayDifferentServersAndTheSameSeedPlaysTheSame(long seed) {
        var trace = publicTrace();
        var nodes = IntStream.range(0, 400).mapToObj(i -> "n" + i).toList();
        var length = Duration.ofDays(400);

        var all = trace.replay(nodes, 400, Duration.ZERO, length, new SplittableRandom(seed));
        var few =
                trace.replay(
                        nodes.subList(0, 50),
                        400,
                        Duration.ZERO,
                        length,
                        new SplittableRandom(seed));

        // Faults that ended at once are no outage.
        var lasting =
                trace.faults().stream().filter(f -> f.end().compareTo(f.start()) > 0).toList();
        assertThat(all).hasSameSizeAs(lasting);
        assertThat(all.stream().map(FaultTrace.Outage::node).distinct())
                .hasSameSizeAs(lasting.stream().map(FaultTrace.Fault::server).distinct().toList());
        assertThat(few).hasSizeLessThan(all.size()).isSubsetOf(all);
        assertThat(trace.replay(nodes, 400, Duration.ZERO, length, new SplittableRandom(seed)))
                .isEqualTo(all);
    }

    @Test
    void aFasterReplayShortensFaultsAndTheTimeBetweenThem() throws IOException {
        var fleet = FleetFile.read(Path.of("..", "datasets", "fleets", "h100.yaml"));
        var trace = FaultTrace.read(file(GOOD));

        var incidents =
                trace.incidents(
                        fleet,
                        fleet.nodeNames().size(),
                        Duration.ofHours(20),
                        Duration.ofHours(1),
                        100,
                        new SplittableRandom(1));

        // 4 h after the start it breaks for 36 h: 144 s and 1,296 s at a hundred times the speed.
        assertThat(incidents).hasSize(1);
        assertThat(incidents.getFirst().at()).isEqualTo(Duration.ofSeconds(144));
        assertThat(incidents.getFirst().lasts()).isEqualTo(Duration.ofSeconds(1_296));
    }

    @Test
    void refusesMoreNodesThanThereWereServers() {
        var trace = publicTrace();

        assertThatThrownBy(() ->
                        trace.replay(
                                List.of("n"),
                                100,
                                Duration.ZERO,
                                Duration.ofDays(1),
                                new SplittableRandom(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("184");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "b,2.0,3.0 | expected a server and 7 cells",
                "b,x,3.0,24.0,L,C,D | start_day (x) must be a number",
                "b,NaN,3.0,24.0,L,C,D | start_day (NaN) must be a number",
                "b,172800,259200,24.0,L,C,D | start_day (172800) must be a number from 0 to 3660",
                "b,3.0,2.0,24.0,L,C,D | end_day (2.0) lies before start_day (3.0)",
                "b,2.0,3.0,86400,L,C,D | duration_h (86400",
                "b,2.0,3.0,23.0,L,C,D | duration_h (23.0) must be the hours",
                "b,0.5,3.0,60.0,L,C,D | start_day goes back"
            })
    void namesFileLineAndWhatWasExpected(String line, String problem) throws IOException {
        var file = file(GOOD, line);

        assertThatThrownBy(() -> FaultTrace.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(file + ":3: ")
                .hasMessageContaining(problem);
    }

    @Test
    void refusesAnEmptyAndAnAbsentFileAndOneOfAnotherForm() throws IOException {
        var headerOnly = file();
        assertThatThrownBy(() -> FaultTrace.read(headerOnly))
                .hasMessageContaining("expected at least one fault");

        var other = Files.writeString(folder.resolve("other.csv"), "a,b\n1,2\n");
        assertThatThrownBy(() -> FaultTrace.read(other))
                .hasMessageStartingWith(other + ":1: expected the header");

        var empty = Files.writeString(folder.resolve("empty.csv"), "");
        assertThatThrownBy(() -> FaultTrace.read(empty))
                .hasMessageStartingWith(empty + ":1: expected the header");

        assertThatThrownBy(() -> FaultTrace.read(folder.resolve("absent")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("cannot be read");
    }

    private static FaultTrace publicTrace() {
        return FaultTrace.read(
                Path.of("..", "datasets", "infinitehbd-faults", "fault_intervals_days_0_240.csv"));
    }

    private static List<FaultTrace.Outage> replay(
            FaultTrace trace, Duration from, Duration length) {
        return trace.replay(List.of("n"), 1, from, length, new SplittableRandom(1));
    }

    private static FaultTrace.Outage outage(Duration at, Duration length) {
        return new FaultTrace.Outage("n", at, length, "GPU: GPU Lost");
    }

    private Path file(String... lines) throws IOException {
        var text = FaultTrace.HEADER + "\n";
        for (String line : lines) {
            text += line + "\n";
        }
        return Files.writeString(folder.resolve("faults.csv"), text);
    }
}
