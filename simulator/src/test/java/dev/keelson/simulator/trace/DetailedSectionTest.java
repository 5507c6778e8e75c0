package dev.keelson.simulator.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.keelson.simulator.engine.StepTimeModel.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class DetailedSectionTest {
    private static final Path DATASETS = Path.of("..", "datasets").toAbsolutePath().normalize();

    @TempDir Path folder = Path.of("");

    static Stream<Arguments> sources() {
        return Stream.of(
                Arguments.of(
                        "{tables: %s/llmservingsim/profiler/perf, hardware: RTXPRO6000}",
                        Source.MEASURED_TABLES, "RTXPRO6000 of perf"),
                Arguments.of(
                        "{kernels: %s/aiconfigurator/kernels/a100_sxm, system: %<s/aiconfigurator/a100_sxm.yaml}",
                        Source.MEASURED_TABLES, "kernels of a100_sxm"),
                Arguments.of(
                        "{peak: {teraflops: 165, gigabytesPerSecond: 1008}}",
                        Source.ROOFLINE,
                        "peak rates"),
                Arguments.of("{blockTokens: 32}", Source.ROOFLINE, "coefficients"));
    }

    @ParameterizedTest
    @MethodSource("sources")
    void takesTheBestSourceThatIsThereAndSaysWhich(String section, Source source, String origin)
            throws IOException {
        var detailed = detailed(with(section.formatted(DATASETS)));

        assertThat(detailed.stepTime().source()).isEqualTo(source);
        assertThat(detailed.origin()).contains(origin);
        assertThat(detailed.decodeSeconds(16, 16 * 1_000)).isBetween(0.001, 0.1);
        assertThat(detailed.prefillSeconds(4_096)).isBetween(0.05, 2.0);
    }

    @Test
    void measuredStepsGiveARegression() throws IOException {
        var rows =
                new StringBuilder(
                        "prefill_tokens,prefill_pairs,decodes,context_tokens,sequences,time_us\n");
        for (int i = 1; i <= 40; i++) {
            int chunk = i % 3 == 0 ? 64 * i : 0;
            double micros = 9_000 + 80 * (chunk + i) + 0.16 * i * 500 + 30 * i;
            rows.append(
                    "%d,%d,%d,%d,%d,%f%n"
                            .formatted(chunk, chunk * chunk / 2, i, i * 500, i, micros));
        }
        Files.writeString(folder.resolve("steps.csv"), rows);

        var detailed = detailed(with("{steps: %s/steps.csv}".formatted(folder)));

        assertThat(detailed.stepTime().source()).isEqualTo(Source.REGRESSION);
        assertThat(detailed.decodeSeconds(10, 5_000)).isBetween(0.0105, 0.0110);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            textBlock =
                    """
                    {tables: nowhere, hardware: RTX}           | nowhere: there is no such folder
                    {tables: nowhere}                          | the key 'engine.detailed.hardware' is missing
                    {kernels: nowhere}                         | the key 'engine.detailed.system' is missing
                    {blockTokens: 0}                           | 'engine.detailed.blockTokens' (0) must be a whole number from 1
                    {prefixBlockTokens: 24}                    | must be 0 (no prefix cache) or a multiple of blockTokens (16)
                    {asynchronous: yes}                        | 'engine.detailed.asynchronous' (yes) must be true or false
                    {peak: {teraflops: 1}}                     | the key 'engine.detailed.peak.gigabytesPerSecond' is missing
                    {order: newest}                            | 'engine.detailed.order' (newest) must be arrival or priority
                    {lora: {slots: 2}}                         | the key 'engine.detailed.lora.loadMilliseconds' is missing
                    {speculation: {draftTokens: 3, acceptance: 1}} | 'engine.detailed.speculation.acceptance' (1) must be a number from 0
                    {kernel: nowhere}                          | unknown key 'engine.detailed.kernel'
                    """)
    void aWrongSectionIsNamedWithItsLine(String section, String expected) {
        assertThatThrownBy(() -> FleetFile.parse("fleet.yaml", with(section)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(expected);
    }

    @Test
    void aBadProfileIsNamedWithFileLineAndWhatWasExpected() throws IOException {
        Files.writeString(
                folder.resolve("gemm_perf.csv"),
                "gemm_dtype,m,n,k,latency\nbfloat16,1,4096,4096,0.02\nbfloat16,2,4096,4096,fast\n");
        var section =
                "{kernels: %s, system: %s/aiconfigurator/a100_sxm.yaml}"
                        .formatted(folder, DATASETS);

        assertThatThrownBy(() -> FleetFile.parse("fleet.yaml", with(section)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("gemm_perf.csv:3: latency is \"fast\"")
                .hasMessageContaining("Expected: a finite number of at least 0.0 for latency");
    }

    @Test
    void aPrecisionThatWasNotMeasuredIsSaid() {
        var section =
                "{kernels: %s/aiconfigurator/kernels/a100_sxm, system: %<s/aiconfigurator/a100_sxm.yaml, precision: fp8}"
                        .formatted(DATASETS);

        assertThatThrownBy(() -> FleetFile.parse("fleet.yaml", with(section)))
                .hasMessageContaining("no matrix products in fp8");
    }

    @Test
    void theMeasuredExampleNamesItsTablesFromItsOwnFolder() {
        var fleet = FleetFile.read(DATASETS.resolve("fleets").resolve("h100-measured.yaml"));

        assertThat(fleet.detailed()).isNotNull();
        assertThat(fleet.coldStart().first().seconds()).hasSize(30).allMatch(s -> s > 20);
        assertThat(fleet.coldStart().again().name()).isEqualTo("fast-disk");
    }

    @Test
    void coldStartsCanBeMeasuredLoads() throws IOException {
        var text = Files.readString(DATASETS.resolve("fleets").resolve("h100.yaml"));
        var start = text.indexOf("coldStart:");
        var measured =
                text.substring(0, start)
                        + "coldStart:\n  measured: {file: %s/serverlessllm-load-times/model_load_times.csv, hardware: h100_2025, model: meta-llama/Llama-3.1-8B-Instruct, beyondLoading: 10s}\n"
                                .formatted(DATASETS)
                        + "  first: disk\n  again: fast-disk\n"
                        + text.substring(text.indexOf("gateway:"));

        var cold = FleetFile.parse("fleet.yaml", measured).coldStart();

        assertThat(cold.first().seconds()).hasSizeGreaterThan(10).isSorted();
        assertThat(cold.first().seconds().getFirst()).isGreaterThan(10);
        assertThat(cold.again().seconds().getLast()).isLessThan(cold.first().seconds().getLast());
        assertThatThrownBy(() ->
                        FleetFile.parse("fleet.yaml", measured.replace("h100_2025", "h100_2035")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("'coldStart.measured.hardware' (h100_2035) must be one of");
    }

    private static DetailedEngine detailed(String text) {
        return Objects.requireNonNull(FleetFile.parse("fleet.yaml", text).detailed());
    }

    private static String with(String section) {
        try {
            var text = Files.readString(DATASETS.resolve("fleets").resolve("rtx-4090.yaml"));
            return text.replace(
                    "engine:\n",
                    "engine:\n  simulate: detailed\n  detailed: %s\n".formatted(section));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
