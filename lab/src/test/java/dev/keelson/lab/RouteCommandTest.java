package dev.keelson.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RouteCommandTest {
    @TempDir private Path folder;
    private Path trace = Path.of("");

    @BeforeEach
    void writeTrace() throws IOException {
        var lines = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            lines.append(
                    "{\"timestamp\": %d, \"input_length\": 1024, \"output_length\": 5, \"hash_ids\": [%d, %d]}%n"
                            .formatted(i / 4 * 100, i % 5, 100 + i));
        }
        trace = Files.writeString(folder.resolve("trace.jsonl"), lines);
    }

    @Test
    void printsOneRowForEachPolicyInTheOrderAskedFor() throws IOException {
        var run = sim("--policy", "keelson,threshold,jsq", "--json", "--seed", "3");

        assertThat(run.exit()).isZero();
        var document = new ObjectMapper().readTree(run.out());
        assertThat(document.get("command").asText()).isEqualTo("sim route");
        assertThat(document.get("seed").asLong()).isEqualTo(3);
        assertThat(document.get("inputs").get("workers").asInt()).isEqualTo(8);
        assertThat(document.get("rows").findValuesAsText("policy"))
                .startsWith("keelson", "threshold");
        assertThat(document.get("rows")).hasSize(3);
        for (var row : document.get("rows")) {
            assertThat(row.get("hitRate").asDouble()).isBetween(0.0, 1.0);
            assertThat(row.get("ttftSecondsMean").asDouble())
                    .isPositive()
                    .isLessThanOrEqualTo(row.get("ttftSecondsP99").asDouble());
        }
        assertThat(document.get("rows").get(1).get("sweep")).hasSize(24);
    }

    @Test
    void theSameSeedGivesTheSameBytes() {
        String[] options = {"--json", "--seed", "5", "--spread", "0.1"};

        assertThat(sim(options).out()).isEqualTo(sim(options).out());
        assertThat(sim("--seed", "5").out()).isNotEqualTo(sim("--seed", "6").out());
    }

    @Test
    void theTableNamesEveryPolicyAndItsParameters() {
        var run = sim("--sweep");

        assertThat(run.exit()).isZero();
        assertThat(run.out())
                .contains("round-robin", "random", "jsq", "keelson", "(bound)")
                .contains("(best of 24)")
                .contains("matchShare=0.1 imbalanceSeconds=5.0 imbalanceRatio=2.0");
    }

    @Test
    void aBadTraceGivesItsLineAndNoPartialTable() throws IOException {
        Files.writeString(trace, "{\"timestamp\": 0}\n");

        var run = sim("--json");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("trace.jsonl:1: input_length is missing").hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--policy=hpa",
                "--workers=0",
                "--blocks=-1",
                "--prefill-rate=0",
                "--spread=NaN",
                "--order=none",
                "--seed=x"
            })
    void wrongUsageExitsWithTwo(String option) {
        var run = sim(option);

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).isNotBlank().doesNotContain("Exception");
    }

    private Run sim(String... options) {
        var arguments = new String[options.length + 3];
        arguments[0] = "route";
        arguments[1] = "--trace";
        arguments[2] = trace.toString();
        System.arraycopy(options, 0, arguments, 3, options.length);
        var out = new StringWriter();
        var err = new StringWriter();
        int exit =
                SimMain.commandLine()
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true))
                        .execute(arguments);
        return new Run(exit, out.toString(), err.toString());
    }

    private record Run(int exit, String out, String err) {}
}
