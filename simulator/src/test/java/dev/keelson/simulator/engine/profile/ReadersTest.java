package dev.keelson.simulator.engine.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.simulator.engine.ColdStart;
import dev.keelson.simulator.engine.ColdStart.Tier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReadersTest {
    private static final String GOOD =
            """
            {"input_toks": 10, "output_toks": 5, "arrival_time": 100.0, "queued_ts": 1.0, "scheduled_ts": 1.1, "first_token_ts": 1.2, "last_token_ts": 1.5}
            """;

    @TempDir Path folder = Path.of("");

    @BeforeEach
    void writeARun() throws IOException {
        Files.createDirectories(folder.resolve("vllm"));
        Files.writeString(
                folder.resolve("config.json"),
                """
                {"link_bw": 16, "link_latency": 20000, "nodes": [{"instances": [{"model_name": "m", "hardware": "h",
                 "npu_mem": {"mem_size": 96, "mem_util": 0.9}, "tp_size": 2}]}]}
                """);
        requests(GOOD);
    }

    @Test
    void readsARunIntoVirtualTime() throws IOException {
        requests(
                GOOD
                        + GOOD.replace("100.0", "100.5")
                                .replace("\"queued_ts\": 1.0", "\"queued_ts\": 1.6")
                                .replace("1.1", "1.7")
                                .replace("1.2", "1.8")
                                .replace("1.5}", "2.5}"));

        var run = RunFolder.read(folder);

        assertThat(run.parallelism().tensor()).isEqualTo(2);
        assertThat(run.interconnect().bytesPerMicro()).isEqualTo(16_000);
        assertThat(run.maxSequences()).isEqualTo(128);
        assertThat(run.requests().get(1).arrivalNanos()).isEqualTo(500_000_000);
        assertThat(run.observed().get(1).queuedNanos()).isEqualTo(600_000_000);
    }

    @Test
    void namesTheLineThatIsNotJson() throws IOException {
        requests(GOOD + "{oops\n");

        assertThatThrownBy(() -> RunFolder.read(folder))
                .isInstanceOf(MalformedInputException.class)
                .hasMessageContaining("requests.jsonl:2: it is not JSON")
                .hasMessageContaining("Expected:");
    }

    @Test
    void namesAMissingField() throws IOException {
        requests(GOOD.replace("output_toks", "outputs"));

        assertThatThrownBy(() -> RunFolder.read(folder))
                .hasMessageContaining("requests.jsonl:1: output_toks is missing");
    }

    @Test
    void refusesAnEmptyLog() throws IOException {
        requests("");

        assertThatThrownBy(() -> RunFolder.read(folder)).hasMessageContaining("the file is empty");
    }

    @Test
    void refusesRequestsOutOfOrder() throws IOException {
        requests(GOOD + GOOD.replace("100.0", "99.0"));

        assertThatThrownBy(() -> RunFolder.read(folder))
                .hasMessageContaining("requests.jsonl:2: arrival_time goes back");
    }

    @Test
    void refusesTimesThatRunBackwards() throws IOException {
        requests(GOOD.replace("\"last_token_ts\": 1.5", "\"last_token_ts\": 1.15"));

        assertThatThrownBy(() -> RunFolder.read(folder))
                .hasMessageContaining("its times are out of order");
    }

    @Test
    void refusesMillisecondsForSeconds() throws IOException {
        requests(GOOD.replace("\"last_token_ts\": 1.5", "\"last_token_ts\": 150000000.5"));

        assertThatThrownBy(() -> RunFolder.read(folder))
                .hasMessageContaining("times in seconds, not milliseconds");
    }

    @Test
    void refusesAConfigurationWithoutInstances() throws IOException {
        Files.writeString(folder.resolve("config.json"), "{\"nodes\": []}");

        assertThatThrownBy(() -> RunFolder.read(folder))
                .hasMessageContaining("nodes[0].instances is missing");
    }

    @Test
    void namesTheCellThatIsNoNumber() throws IOException {
        var file = folder.resolve("t.csv");
        Files.writeString(file, "layer,tokens,time_us\na,1,2.0\na,two,3.0\n");
        var rows = CsvTable.read(file, List.of("layer", "tokens", "time_us")).rows();

        assertThatThrownBy(() -> rows.get(1).whole("tokens", 1))
                .hasMessageContaining("t.csv:3: tokens is \"two\"")
                .hasMessageContaining("a whole number of at least 1");
    }

    @Test
    void namesAMissingColumnAndAShortRow() throws IOException {
        var file = folder.resolve("t.csv");
        Files.writeString(file, "layer,tokens\na,1\n");
        assertThatThrownBy(() -> CsvTable.read(file, List.of("layer", "time_us")))
                .hasMessageContaining("t.csv:1: the column \"time_us\" is missing");

        Files.writeString(file, "layer,tokens\na\n");
        assertThatThrownBy(() -> CsvTable.read(file, List.of("layer")))
                .hasMessageContaining("t.csv:2: the row has 1 cells");

        Files.writeString(file, "layer,tokens\n");
        assertThatThrownBy(() -> CsvTable.read(file, List.of("layer")))
                .hasMessageContaining("no row below the header");
    }

    @Test
    void refusesATextFileThatClaimsToBeCompressed() throws IOException {
        var file = folder.resolve("t.csv.gz");
        Files.writeString(file, "layer,tokens\na,1\n");

        assertThatThrownBy(() -> CsvTable.read(file, List.of("layer")))
                .hasMessageContaining("not compressed with gzip");
    }

    @Test
    void namesTheProfileThatIsMissing() {
        assertThatThrownBy(() -> ProfileFolder.find(folder, "H100", "org/model"))
                .hasMessageContaining("there is no profile of org/model on H100");
    }

    @Test
    void readsLoadTimesByTier() throws IOException {
        var times =
                LoadTimes.read(
                        Path.of(
                                "..",
                                "datasets",
                                "serverlessllm-load-times",
                                "model_load_times.csv"));

        var model =
                Objects.requireNonNull(
                        Objects.requireNonNull(times.get("h100_2025")).get("Qwen/Qwen3-32B"));
        assertThat(median(model, Tier.DISK)).isBetween(19.0, 21.0);
        assertThat(median(model, Tier.FAST_DISK)).isBetween(3.0, 3.5);
        assertThat(median(model, Tier.FAST_MEMORY)).isLessThan(median(model, Tier.MEMORY));
    }

    private static double median(ColdStart model, Tier tier) {
        var seconds = Objects.requireNonNull(model.seconds().get(tier));
        return seconds.get(seconds.size() / 2);
    }

    @Test
    void readsTheLatencyOfAHopFromACollectiveTable() throws IOException {
        var file =
                Path.of(
                        "..",
                        "datasets",
                        "aiconfigurator",
                        "kernels",
                        "l40s",
                        "custom_allreduce_perf.csv");

        assertThat(CollectiveTable.reduceHopMicros(file, 2)).isBetween(2.69, 2.71);
        assertThatThrownBy(() -> CollectiveTable.reduceHopMicros(file, 3))
                .hasMessageContaining("no all-reduce in a graph between 3");
    }

    private void requests(String lines) throws IOException {
        Files.writeString(folder.resolve("vllm").resolve("requests.jsonl"), lines);
    }
}
