package dev.keelson.scenarios;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecordedFleetTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir Path folder;

    @Test
    void timesCountFromTheFirstRequestAndOnlyChangesAreKept() throws IOException {
        // 1970-01-01T00:01:40Z is second 100; lines come in the order in which answers ended.
        var requests =
                List.of(
                        "104.000,7,2,0,,,9.00,http 503".split(",", -1),
                        "101.000,30,12,12,41.50,20.25,264.25,".split(",", -1),
                        "110.500,5,2,2,30.00,21.00,50.00,".split(",", -1));
        var history =
                List.of(
                        point("1970-01-01T00:01:40.000Z", 1, 1),
                        point("1970-01-01T00:01:42.000Z", 1, 1),
                        point("1970-01-01T00:01:43.500Z", 3, 1),
                        point("1970-01-01T00:01:45.000Z", 3, 3),
                        point("1970-01-01T00:01:59.000Z", 1, 1));
        var scales =
                List.of(
                        new double[] {99, 2, 1},
                        new double[] {103.25, 1, 3},
                        new double[] {119, 3, 1});

        RecordedFleet.write(folder, requests, history, scales);

        assertThat(folder.resolve("replicas.csv"))
                .hasContent("time,wanted,ready\n0,1,1\n2.5,3,1\n4.0,3,3\n9.500,3,3\n");
        assertThat(folder.resolve("actions.csv")).hasContent("time,from,to\n2.3,1,3\n");
        try (var in =
                new GZIPInputStream(Files.newInputStream(folder.resolve("requests.csv.gz")))) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo(
                            """
                            time,prompt_tokens,output_tokens,ttft_ms,tpot_ms,error
                            0.000,30,12,41.50,20.25,
                            3.000,7,2,,,http 503
                            9.500,5,2,30.00,21.00,
                            """);
        }
    }

    @Test
    void theWavesKeepATenthAtTheirLowestAndAllAtTheirHighest() throws IOException {
        var azure =
                Path.of(System.getProperty("keelson.root"))
                        .resolve("datasets/azure-llm-2023/AzureLLMInferenceTrace_conv.csv.gz");
        var one = folder.resolve("one.csv");
        var two = folder.resolve("two.csv");

        int kept = WavingTrace.write(azure, one, 4_000, 1);
        WavingTrace.write(azure, two, 4_000, 1);

        assertThat(two).hasSameTextualContentAs(one);
        var lines = Files.readAllLines(one);
        assertThat(lines).hasSize(kept + 1).startsWith(WavingTrace.HEADER);
        // Minutes of the first wave: 14 is quiet, 2 is full.
        assertThat(countOf(lines, "00:02")).isGreaterThan(7 * countOf(lines, "00:14"));
        // The trace is shorter than this: it began again.
        assertThat(lines.getLast()).startsWith("2023-11-16 01:0");
        assertThat(lines.stream().skip(1).map(line -> line.split(",", -1)))
                .allSatisfy(cells -> {
                    assertThat(Integer.parseInt(cells[1])).isBetween(1, 512);
                    assertThat(Integer.parseInt(cells[2])).isBetween(1, 256);
                });
    }

    @Test
    void constantsAreALineThroughTheStepTimesAndTheMeanStart() throws IOException {
        // Two requests, 4 s and 2 s of decoding, together for the whole of the shorter one.
        var requests =
                List.of(
                        "100.000,30,12,12,1000.00,21.00,5000.00,".split(",", -1),
                        "101.000,30,12,12,1000.00,24.00,3000.00,".split(",", -1),
                        "200.000,30,12,0,,,10.00,http 503".split(",", -1));
        var times = PacedConstants.byBatch(requests);
        assertThat(times).extracting(t -> t[0]).containsExactly(1.5, 2.0);

        var constants = PacedConstants.of(times, new double[] {2, 3, 4});

        // 21 ms at 1.5 sequences and 24 ms at 2: 6 ms a sequence, and no step below the pace.
        assertThat(constants).isEqualTo(new PacedConstants(3, 1 / 3.0, 20, 6));
        assertThat(constants.fleetFile())
                .contains("perSequenceMicroseconds: 6000.000", "{process: 3.000s}")
                .doesNotContain("${");
    }

    @Test
    void thePolicyIsReadFromItsManifest() {
        var manifest =
                List.of(
                        "kind: AutoscalingPolicy",
                        "  targetUtilization: 0.7     # wanted share",
                        "  scaleInHold: 60s           # at least",
                        "  scaleInStarts: 20",
                        "  tolerance: 0.1");

        assertThat(RecordedFleet.policy(manifest))
                .isEqualTo("reactive:target=0.7:inHold=60:inStarts=20");
    }

    private static long countOf(List<String> lines, String minute) {
        return lines.stream().filter(line -> line.startsWith("2023-11-16 " + minute)).count();
    }

    private static JsonNode point(String time, int wanted, int ready) {
        return JSON.createObjectNode().put("time", time).put("wanted", wanted).put("ready", ready);
    }
}
