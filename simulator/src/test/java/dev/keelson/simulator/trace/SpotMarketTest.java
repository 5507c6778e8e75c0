package dev.keelson.simulator.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpotMarketTest {
    private static final Duration NOTICE = Duration.ofMinutes(2);

    @TempDir Path folder;

    @Test
    void aWholeTraceHoldsWhatIsAvailableAndAWindowTheOpposite() throws IOException {
        var whole = trace("{\"metadata\":{\"gap_seconds\":300},\"data\":[1,1,0,1]}");
        var window =
                trace("{\"metadata\":{\"gap_seconds\":300,\"start_time\":7},\"data\":[0,0,1,0]}");

        assertThat(whole.toText()).startsWith("number available; 75.0 % available");
        assertThat(window.toText()).startsWith("1 = unavailable; 75.0 % available");
        for (int tick = 0; tick < 8; tick++) {
            assertThat(window.at(tick)).isEqualTo(whole.at(tick));
        }
    }

    @Test
    void nodesGoAwayWithNoticeWhenTheTraceSaysSoAndComeBack() throws IOException {
        var market =
                new SpotMarket(
                        trace("{\"metadata\":{\"gap_seconds\":300},\"data\":[2,2,1,0,2]}"),
                        Duration.ZERO,
                        0,
                        Duration.ZERO,
                        NOTICE);

        assertThat(market.incidents("spot", 2, 1_200, 1))
                .containsExactly(
                        incident("spot-2", 600 - 120, 120, 600),
                        incident("spot-1", 900 - 120, 120, 300));
    }

    @Test
    void aNodeThatIsAwayFromTheStartHasNoNotice() throws IOException {
        var market =
                new SpotMarket(
                        trace("{\"metadata\":{\"gap_seconds\":300},\"data\":[0,1,1]}"),
                        Duration.ZERO,
                        0,
                        Duration.ZERO,
                        NOTICE);

        assertThat(market.incidents("spot", 1, 600, 1))
                .containsExactly(incident("spot-1", 0, 0, 300));
    }

    @Test
    void lossesComeAtTheirRateAndAreTheSameForTheSameSeed() {
        var market = new SpotMarket(null, Duration.ZERO, 4, Duration.ofMinutes(30), NOTICE);

        var losses = market.incidents("spot", 10, 30 * 86_400.0, 3);

        // 10 nodes, 30 days, 4 a day of the 24 h less the outages of half an hour each.
        assertThat(losses).hasSizeBetween(1_000, 1_220);
        assertThat(market.incidents("spot", 10, 30 * 86_400.0, 3)).isEqualTo(losses);
        assertThat(market.incidents("spot", 10, 30 * 86_400.0, 4)).isNotEqualTo(losses);
    }

    private static Incident.NodeLoss incident(String node, long at, long lead, long outage) {
        return new Incident.NodeLoss(
                Duration.ofSeconds(at), node, Duration.ofSeconds(lead), Duration.ofSeconds(outage));
    }

    private SpotTrace trace(String json) throws IOException {
        return SpotTrace.read(Files.writeString(folder.resolve("spot.json"), json));
    }
}
