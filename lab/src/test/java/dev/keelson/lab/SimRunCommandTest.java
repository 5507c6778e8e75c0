package dev.keelson.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimRunCommandTest {
    private static final String FLEET = "../datasets/fleets/rtx-4090.yaml";

    @TempDir Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void printsTheFixedJsonAndTheSameBytesAgain() throws IOException {
        var trace = trace();
        var html = folder.resolve("report.html");

        int code =
                run(
                        "--trace",
                        trace,
                        "--fleet",
                        FLEET,
                        "--policy",
                        "hpa,reactive",
                        "--seed",
                        "3",
                        "--json",
                        "--html",
                        html.toString());

        assertThat(code).as(err.toString()).isZero();
        var first = document();
        assertThat(first.get("command").asText()).isEqualTo("sim run");
        assertThat(first.get("seed").asInt()).isEqualTo(3);
        assertThat(first.get("rows").findValuesAsText("policy"))
                .containsExactly("hpa", "reactive", "oracle");
        first.get("rows")
                .forEach(row ->
                        assertThat(row.fieldNames())
                                .toIterable()
                                .contains(
                                        "gpuHours",
                                        "cost",
                                        "sloAttainment",
                                        "ttftSecondsP99",
                                        "tpotSecondsP99",
                                        "actions",
                                        "directionChanges",
                                        "parameters"));
        assertThat(html).content().contains("<svg").doesNotContain("http://", "https://", "src=");
        out.getBuffer().setLength(0);
        run(
                "--trace",
                trace,
                "--fleet",
                FLEET,
                "--policy",
                "hpa,reactive",
                "--seed",
                "3",
                "--json",
                "--threads",
                "2");
        var second = document();
        first.remove("timing");
        second.remove("timing");
        assertThat(second).isEqualTo(first);
    }

    @ParameterizedTest
    @ValueSource(strings = {"nope", "hpa:x=1", "hpa:target", "hpa:target=-1", "forecast:nope=1"})
    void aWrongPolicyIsWrongUsage(String policy) throws IOException {
        int code = run("--trace", trace(), "--fleet", FLEET, "--policy", policy);

        assertThat(code).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).startsWith("keelson: ").doesNotContain("Exception");
    }

    @Test
    void aBadFileIsNamedAndLeavesNoTable() throws IOException {
        var bad = folder.resolve("bad.csv");
        Files.writeString(bad, "time,prompt_tokens,output_tokens\n0,1,1\n1,-1,1\n");

        int code = run("--trace", bad.toString(), "--fleet", FLEET, "--policy", "hpa");

        assertThat(code).isEqualTo(1);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).contains("bad.csv:3: prompt_tokens (-1) must be");
    }

    @Test
    void aTraceWithPrefixesShowsTheShareThatWasFoundAgain() throws IOException {
        var trace = folder.resolve("trace.jsonl");
        var lines = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            lines.append(
                    "{\"timestamp\": %d, \"input_length\": 1025, \"output_length\": 5, \"hash_ids\": [1, 2, %d]}%n"
                            .formatted(i * 3_000, 10 + i));
        }
        Files.writeString(trace, lines);

        int code =
                run(
                        "--trace",
                        trace.toString(),
                        "--fleet",
                        FLEET,
                        "--policy",
                        "static-mean",
                        "--engine",
                        "detailed",
                        "--route",
                        "cost",
                        "--adapters",
                        "4:0.5",
                        "--json");

        assertThat(code).as(err.toString()).isZero();
        var document = document();
        assertThat(document.at("/inputs/gatewayRoute").asText()).isEqualTo("cost");
        // 19 of 20 find two blocks of 512 in 1,025 tokens.
        assertThat(document.at("/rows/0/prefixHitShare").asDouble())
                .isEqualTo(Math.round(19 * 1_024 / (20 * 1_025.0) * 1e6) / 1e6);
        assertThat(document.at("/rows/0").has("adapterHitShare")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--route=far", "--adapters=some", "--adapters=0", "--adapters=4:-1"})
    void aWrongRouteOrMixOfAdaptersIsWrongUsage(String option) throws IOException {
        int code = run("--trace", trace(), "--fleet", FLEET, "--policy", "hpa", option);

        assertThat(code).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).startsWith("keelson: ").doesNotContain("Exception");
    }

    private String trace() throws IOException {
        var text = new StringBuilder("time,prompt_tokens,output_tokens\n");
        for (int i = 0; i < 300; i++) {
            text.append(i * 0.3).append(",800,").append(100 + i % 50).append('\n');
        }
        return Files.writeString(folder.resolve("trace.csv"), text).toString();
    }

    private ObjectNode document() throws IOException {
        return (ObjectNode) JsonMapper.builder().build().readTree(out.toString());
    }

    private int run(String... arguments) {
        var words = new String[arguments.length + 1];
        words[0] = "run";
        System.arraycopy(arguments, 0, words, 1, arguments.length);
        return SimMain.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(words);
    }
}
