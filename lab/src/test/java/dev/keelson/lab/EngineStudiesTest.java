package dev.keelson.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class EngineStudiesTest {
    private static final String DATA = Path.of("..", "datasets").toString();
    private static final String PROFILE = DATA + "/llmservingsim/profiler/perf";
    private static final String RUNS = DATA + "/llmservingsim/bench/examples/RTXPRO6000/";

    @TempDir Path folder = Path.of("");

    private record Result(int exit, String out, String err) {}

    @Test
    void printsTheErrorsOfARunInTheFixedForm() throws IOException {
        var result =
                validate("--run", RUNS + "Qwen3-32B", "--fit", RUNS + "Llama-3.1-8B", "--json");

        assertThat(result.exit()).isZero();
        var run = new ObjectMapper().readTree(result.out()).path("runs").path(0);
        assertThat(run.path("name").asText()).isEqualTo("Qwen3-32B");
        assertThat(run.path("fittedOn").asText()).isEqualTo("Llama-3.1-8B");
        for (var metric : new String[] {"ttft", "tpot", "e2e"}) {
            assertThat(run.path("errors").path(metric).path("mean").isDouble()).isTrue();
            assertThat(run.path("errors").path(metric).path("p99").isDouble()).isTrue();
        }
    }

    @Test
    void printsTheSameBytesOnOneThreadAndOnTwo() {
        String[] arguments = {
            "--run",
            RUNS + "Qwen3-32B",
            "--run",
            RUNS + "Llama-3.1-8B",
            "--run",
            RUNS + "Qwen3-30B-A3B-Instruct-2507",
            "--json"
        };

        var one = validate(arguments);
        var two =
                validate(
                        Stream.concat(Arrays.stream(arguments), Stream.of("--threads", "2"))
                                .toArray(String[]::new));

        assertThat(one.exit()).isZero();
        assertThat(two.out()).isEqualTo(one.out());
    }

    @Test
    void refusesToFitOnTheRunThatItScores() {
        var result =
                validate("--run", RUNS + "Qwen3-32B", "--fit", RUNS + "../RTXPRO6000/Qwen3-32B");

        assertThat(result.exit()).isEqualTo(2);
        assertThat(result.err()).contains("name another one");
    }

    @Test
    void printsNoTableWhenOneOfTheRunsIsMalformed() throws IOException {
        Files.createDirectories(folder.resolve("vllm"));
        Files.copy(Path.of(RUNS + "Qwen3-32B", "config.json"), folder.resolve("config.json"));
        Files.writeString(
                folder.resolve("vllm").resolve("requests.jsonl"), "{\"input_toks\": -1}\n");

        var result = validate("--run", RUNS + "Qwen3-32B", "--run", folder.toString());

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).contains("requests.jsonl:1: ").contains("Expected: ");
    }

    @Test
    void measuresItsOwnSpeedAndKeepsTheClockUnderTiming() throws IOException {
        var result =
                run(new EngineSpeedCommand(), "--profile", PROFILE, "--requests", "200", "--json");

        assertThat(result.exit()).isZero();
        var document = new ObjectMapper().readTree(result.out());
        assertThat(document.path("requestSteps").asLong()).isPositive();
        assertThat(document.path("timing").path("requestStepsPerSecond").asDouble()).isPositive();
    }

    @Test
    void saysWhereAProfileIsMissing() {
        var result = run(new EngineSpeedCommand(), "--profile", folder.toString());

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.err())
                .contains("there is no profile of meta-llama/Llama-3.1-8B on RTXPRO6000");
    }

    private static Result validate(String... arguments) {
        var all = new String[arguments.length + 2];
        all[0] = "--profile";
        all[1] = PROFILE;
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        return run(new ValidateCommand(), all);
    }

    private static Result run(Object command, String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        int exit =
                new CommandLine(command)
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(err))
                        .execute(arguments);
        return new Result(exit, out.toString(), err.toString());
    }
}
