package dev.keelson.simulator.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FleetFileTest {
    private static final Path EXAMPLES = Path.of("..", "datasets", "fleets");

    @ParameterizedTest
    @ValueSource(strings = {"rtx-4090.yaml", "a100.yaml", "h100.yaml"})
    void readsTheExamples(String name) {
        var fleet = FleetFile.read(EXAMPLES.resolve(name));

        assertThat(fleet.maxReplicas()).isEqualTo(32);
        assertThat(fleet.capacity()).isEqualTo(32);
        assertThat(fleet.slo().ttft()).isEqualTo(Duration.ofSeconds(2));
        assertThat(fleet.coldStart().longest()).isEqualTo(Duration.ofSeconds(25));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            textBlock =
                    """
                    maxReplicas: 32        | maxReplicas: 33        | fleet.yaml:8: 'deployment.maxReplicas' (33) must be at most 32
                    maxReplicas: 32        | maxReplicas: many      | fleet.yaml:8: 'deployment.maxReplicas' (many) must be a whole number
                    minReplicas: 1         | minReplicas: 50        | fleet.yaml:7: 'deployment.minReplicas' (50) must be
                    ttft: 2s               | ttft: 2                | fleet.yaml:6: 'deployment.slo.ttft' (2) must be a duration
                    maxBatchedTokens: 2048 | maxBatch: 2048         | 'engine.maxBatchedTokens' is missing
                    fixedMilliseconds: 1   | fixedMilliseconds: -1  | 'engine.fixedMilliseconds' (-1) must be a number from 0
                    first: local-disk      | first: tape            | 'coldStart.first' (tape) must be one of the tiers
                    capacity: ON_DEMAND    | capacity: CHEAP        | (CHEAP) must be ON_DEMAND, SPOT or RESERVED
                    jitter: 0.1            | speed: 0.1             | unknown key 'coldStart.speed'
                    nodes:                 | nodes: 5               | fleet.yaml:
                    """)
    void aBadFileIsNamedWithItsLineAndWhatWasExpected(String from, String to, String expected)
            throws IOException {
        var text = Files.readString(EXAMPLES.resolve("rtx-4090.yaml"));

        assertThat(text).contains(from);
        assertThatThrownBy(() -> FleetFile.parse("fleet.yaml", text.replaceFirst(from, to)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(expected);
    }

    @Test
    void anIncidentMustNameANode() throws IOException {
        var text =
                Files.readString(EXAMPLES.resolve("a100.yaml"))
                        + "incidents:\n  - {at: 10m, node: nowhere-1, for: 5m}\n";

        assertThatThrownBy(() -> FleetFile.parse("fleet.yaml", text))
                .hasMessageContaining("'incidents[0].node' (nowhere-1) must be a node's name");
    }
}
