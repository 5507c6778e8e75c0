package dev.keelson.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong in a file is said with file, line and what was expected; nothing is printed. */
class BadInputTest {
    private static final Path FLEET = Path.of("..", "datasets", "fleets", "h100.yaml");
    private static final String GOOD = "time,prompt_tokens,output_tokens\n0,5,5\n1,5,5\n";

    @TempDir Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ''                                                    | :1: the file is empty
                    'x,y;1,2'                                             | :1: unknown header (x,y); expected one of
                    'time,prompt_tokens,output_tokens'                    | :1: expected at least one line
                    'time,prompt_tokens,output_tokens;0,5,5;1,5'          | :3: expected 3 cells
                    'time,prompt_tokens,output_tokens;9,5,5;8,5,5'        | :3: time goes back; expected
                    'time,prompt_tokens,output_tokens;0,5,5;1,five,5'     | :3: prompt_tokens (five) must be a whole number
                    'time,prompt_tokens,output_tokens;1700000000123,5,5'  | :2: time (1700000000123) is in a wrong unit; expected seconds
                    'minute,tokens_per_s;0,5;2,-5'                        | :3: tokens_per_s (-5) must be a number from 0
                    'day,hour,conversation,api,all;0,25,1,1,2'            | :2: hour (25) must be a whole number from 0 to 23
                    """)
    void aBadTraceLeavesNoTable(String text, String expected) throws IOException {
        var trace = write("trace.csv", text.replace(';', '\n'));

        assertRefused(
                "trace.csv" + expected,
                "run",
                "--trace",
                trace,
                "--fleet",
                FLEET.toString(),
                "--lengths",
                write("lengths.csv", GOOD),
                "--policy",
                "hpa");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            textBlock =
                    """
                    name: h100                | name: [h100            | :
                    slo: {ttft: 2s            | slo: {ttft: 2000       | 'deployment.slo.ttft' (2000) must be a duration such as
                    pricePerGpuHour: 6.88     | pricePerGpuHour: cheap | (cheap) must be a number from 0
                    capacity: ON_DEMAND       | capacity: ON_DEMAND, spot: {lossesPerNodeDay: 1, meanOutage: 5m} | (ON_DEMAND) must be SPOT where
                    capacity: ON_DEMAND       | capacity: SPOT, spot: {lossesPerNodeDay: -1, meanOutage: 5m} | 'nodes[0].spot.lossesPerNodeDay' (-1) must be a number from 0
                    capacity: ON_DEMAND       | capacity: SPOT, spot: {lossesPerNodeDay: 1, meanOutage: 5} | 'nodes[0].spot.meanOutage' (5) must be a duration
                    capacity: ON_DEMAND       | capacity: SPOT, spot: {trace: none.json} | none.json: there is no such file
                    """)
    void aBadFleetLeavesNoTable(String from, String to, String expected) throws IOException {
        var text = Files.readString(FLEET);
        assertThat(text).contains(from);

        assertRefused(
                expected,
                "run",
                "--trace",
                write("trace.csv", GOOD),
                "--fleet",
                write("fleet.yaml", text.replace(from, to)),
                "--policy",
                "hpa");
        assertThat(err.toString()).containsAnyOf("fleet.yaml:", "none.json");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            textBlock =
                    """
                    {"metadata": {"gap_seconds": 195}, "data": [1,                  | :1: is no JSON
                    {"metadata": {}, "data": [1, 0]}                                | :1: expected metadata.gap_seconds
                    {"metadata": {"gap_seconds": 195}, "data": []}                  | :1: expected data, a list
                    {"metadata": {"gap_seconds": 195}, "data": [1, 0.5]}            | :1: data[1] (0.5) must be a whole number from 0
                    {"metadata": {"gap_seconds": 195, "start_time": 1}, "data": [2]} | :1: data[0] (2) must be a whole number from 0 to 1
                    """)
    void aBadSpotTraceLeavesNoTable(String json, String expected) throws IOException {
        write("spot.json", json);
        var fleet =
                Files.readString(FLEET)
                        .replace("capacity: ON_DEMAND", "capacity: SPOT, spot: {trace: spot.json}");

        assertRefused(
                "spot.json" + expected,
                "run",
                "--trace",
                write("trace.csv", GOOD),
                "--fleet",
                write("fleet.yaml", fleet),
                "--policy",
                "hpa");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ''                                        | dense.csv:1: the file is empty
                    'layer,tokens'                            | dense.csv:1: the column "time_us" is missing
                    'layer,tokens,time_us'                    | dense.csv:2: there is no row
                    'layer,tokens,time_us;qkv,1'              | dense.csv:2: the row has 2 cells
                    'layer,tokens,time_us;qkv,1,5;qkv,2,fast' | dense.csv:3: time_us is "fast"
                    'layer,tokens,time_us;qkv,0,5'            | dense.csv:2: tokens is "0"
                    'layer,tokens,time_us;qkv,1,-5'           | dense.csv:2: time_us is "-5"
                    """)
    void aBadProfileLeavesNoTable(String text, String expected) throws IOException {
        var variant = folder.resolve("HW").resolve("meta-llama/Llama-3.1-8B").resolve("fp16");
        Files.createDirectories(variant.resolve("tp1"));
        Files.writeString(variant.resolve("meta.yaml"), "model: meta-llama/Llama-3.1-8B\n");
        Files.writeString(variant.resolve("tp1").resolve("dense.csv"), text.replace(';', '\n'));

        assertRefused(expected, "engine-speed", "--profile", folder.toString(), "--hardware", "HW");
        assertThat(err.toString()).contains("Expected: ");
    }

    @Test
    void aMissingFileIsNamed() {
        assertRefused(
                "nowhere.csv: there is no such file",
                "run",
                "--trace",
                folder.resolve("nowhere.csv").toString(),
                "--fleet",
                FLEET.toString(),
                "--policy",
                "hpa");
    }

    private void assertRefused(String message, String... words) {
        int code =
                SimMain.commandLine()
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true))
                        .execute(words);

        assertThat(err.toString()).contains(message).doesNotContain("\tat ");
        assertThat(code).isEqualTo(1);
        assertThat(out.toString()).isEmpty();
    }

    private String write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }
}
