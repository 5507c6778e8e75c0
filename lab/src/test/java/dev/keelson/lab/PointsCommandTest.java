package dev.keelson.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class PointsCommandTest {
    private static final Path SYSTEMS = Path.of("..", "datasets", "aiconfigurator");

    @TempDir Path folder = Path.of("");

    private record Result(int exit, String out, String err) {}

    @Test
    void predictsWhatItCanSaysWhatItLeavesOutAndPrintsTheSameBytesOnTwoThreads()
            throws IOException {
        var file = sample("llama_3_1_70b_h200_sxm_vllm_fp8_agg_1024x1024_c4_", "deepseek", "h200");

        var one = points("--points", file, "--json");
        var two = points("--points", file, "--json", "--threads", "2");

        assertThat(one.exit()).isZero();
        assertThat(two.out()).isEqualTo(one.out());
        var document = new ObjectMapper().readTree(one.out());
        var row = document.path("rows").path(0);
        int predicted = row.path("points").asInt();
        assertThat(row.path("backend").asText()).isEqualTo("vllm");
        assertThat(row.path("system").asText()).isEqualTo("h200_sxm");
        assertThat(predicted).isPositive();
        assertThat(document.path("predicted")).hasSize(predicted);
        int left = 0;
        for (var reason : document.path("leftOut")) {
            left += reason.path("points").asInt();
        }
        assertThat(left).isPositive();
        assertThat(predicted + left).isEqualTo(document.path("points").asInt());
        // One engine of four requests at once: the kernels are most of the time of a step.
        assertThat(row.path("tpot").path("errorP50").asDouble()).isBetween(-0.5, 0.5);
    }

    @Test
    void namesTheLineOfABadPointAndPrintsNoTable() throws IOException {
        var file = Path.of(sample("llama_3_1_70b_h200_sxm_vllm_fp8_agg_1024x1024_c4_", "x", "x"));
        Files.writeString(file, Files.readString(file).replaceFirst(",agg,1024,", ",agg,many,"));

        var result = points("--points", file.toString());

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).contains("points.csv:2: isl is \"many\"").contains("Expected: ");
    }

    @Test
    void refusesAFolderWithoutKernels() throws IOException {
        var file = sample("llama_3_1_70b_h200_sxm_vllm_fp8_agg_1024x1024_c4_", "x", "x");

        var result = run("--systems", folder.toString(), "--points", file);

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.err()).contains("there are no kernels of any of [h200_sxm]");
    }

    /** Points whose id holds the text, and two of another model on the same system. */
    private String sample(String id, String other, String system) throws IOException {
        var kept = new ArrayList<String>();
        int others = 0;
        for (var line : lines()) {
            boolean also =
                    line.contains(other)
                            && line.contains(system + "_sxm")
                            && line.contains(",agg,");
            if (kept.isEmpty() || line.contains(id) || (also && others++ < 2)) {
                kept.add(line);
            }
        }
        return Files.write(folder.resolve("points.csv"), kept).toString();
    }

    private static List<String> lines() throws IOException {
        try (var reader =
                new BufferedReader(
                        new InputStreamReader(
                                new GZIPInputStream(
                                        Files.newInputStream(
                                                SYSTEMS.resolve("silicon_sample.csv.gz"))),
                                StandardCharsets.UTF_8))) {
            return reader.lines().toList();
        }
    }

    private static Result points(String... arguments) {
        var all = new ArrayList<>(List.of("--systems", SYSTEMS.toString()));
        all.addAll(List.of(arguments));
        return run(all.toArray(String[]::new));
    }

    private static Result run(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        int exit =
                new CommandLine(new PointsCommand())
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(err))
                        .execute(arguments);
        return new Result(exit, out.toString(), err.toString());
    }
}
