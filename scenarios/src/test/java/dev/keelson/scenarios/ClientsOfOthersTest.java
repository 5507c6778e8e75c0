package dev.keelson.scenarios;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients and load generators that others wrote, against the gateway. Each is installed into a
 * folder of its own; where its language is missing the test is skipped and says so.
 */
@Tag("full")
class ClientsOfOthersTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path ROOT = Path.of(System.getProperty("keelson.root"));
    private static final Path SCRIPTS = ROOT.resolve("scenarios/src/test/clients");
    private static final String PYTHON = "python3.12"; // inference-perf needs it

    @TempDir static Path folder;
    private static Fleet fleet;
    private static String base;
    private static String model;

    @BeforeAll
    static void start() {
        fleet = Fleet.up(ROOT, folder.resolve("data"), "--nodes", "2", "--replicas", "2:2");
        base = fleet.gateway();
        model = fleet.json("status").at("/deployments/0/name").asText();
    }

    @AfterAll
    static void endLeavesNoProcess() {
        fleet.close();
    }

    @Test
    void theOfficialJavaLibrary() {
        int requests = OfficialJavaClient.run(base + "/v1", model);
        assertThat(requests).isEqualTo(21);
        tell("openai-java 4.101.0", requests);
    }

    @Test
    void theOfficialPythonLibrary() throws Exception {
        var python = venv("openai==3.54.0");
        said(run(python.toString(), script("openai_python.py"), base + "/v1", model));
    }

    @Test
    void theOfficialNpmLibrary() throws Exception {
        assumeTrue(succeeds("npm", "--version"), "npm is missing");
        var place = Files.createDirectories(folder.resolve("npm"));
        Files.copy(SCRIPTS.resolve("openai_node.mjs"), place.resolve("openai_node.mjs"));
        run(
                "npm",
                "install",
                "--prefix",
                place.toString(),
                "--no-audit",
                "--no-fund",
                "--no-save",
                "openai@7.57.0");
        said(run("node", place.resolve("openai_node.mjs").toString(), base + "/v1", model));
    }

    @Test
    void guidellm() throws Exception {
        var python = venv("guidellm==0.8.1");
        var prompts = folder.resolve("prompts.jsonl");
        Files.writeString(
                prompts,
                IntStream.range(0, 60)
                        .mapToObj(
                                "{\"prompt\": \"Tell story %d of the captain and the lantern.\"}\n"
                                        ::formatted)
                        .collect(Collectors.joining()));
        var report = folder.resolve("guidellm.json");
        run(
                python.resolveSibling("guidellm").toString(),
                "run",
                "--backend",
                "kind=openai_http,target=%s,model=%s".formatted(base, model),
                "--profile",
                "kind=poisson,rate=5",
                "--constraint",
                "kind=max_requests,count=60",
                "--data",
                "kind=json_file,path=" + prompts,
                "--output",
                "kind=json,path=" + report,
                "--disable-progress");
        JsonNode totals = JSON.readTree(report.toFile()).at("/benchmarks/0/metrics/request_totals");
        assertThat(totals.path("errored").asInt(-1)).as(totals.toString()).isZero();
        assertThat(totals.path("successful").asInt()).isEqualTo(60);
        tell("guidellm 0.8.1", 60);
    }

    @Test
    void inferencePerf() throws Exception {
        var python = venv("inference-perf==0.7.0");
        var reports = folder.resolve("inference-perf");
        var config = folder.resolve("inference-perf.yml");
        Files.writeString(
                config,
                Files.readString(SCRIPTS.resolve("inference_perf.yml"))
                        .replace("MODEL", model)
                        .replace("BASE", base)
                        .replace("TOKENIZER", ROOT.resolve("models/keelson-mini").toString())
                        .replace("REPORTS", reports.toString()));
        run(python.resolveSibling("inference-perf").toString(), "--config_file", config.toString());
        Path summary;
        try (var files = Files.walk(reports)) {
            summary =
                    files.filter(file -> file.endsWith("summary_lifecycle_metrics.json"))
                            .findFirst()
                            .orElseThrow();
        }
        JsonNode root = JSON.readTree(summary.toFile());
        assertThat(root.at("/failures/count").asInt(-1)).as(root.toString()).isZero();
        int requests = root.at("/successes/count").asInt();
        assertThat(requests).isPositive();
        tell("inference-perf 0.7.0", requests);
    }

    /** The interpreter of a new environment with that package. */
    private static Path venv(String requirement) throws Exception {
        assumeTrue(succeeds(PYTHON, "--version"), PYTHON + " is missing");
        var place = folder.resolve(requirement);
        run(PYTHON, "-m", "venv", place.toString());
        var python = place.resolve("bin").resolve("python");
        run(python.toString(), "-m", "pip", "install", "-q", requirement);
        return python;
    }

    private static String script(String name) {
        return SCRIPTS.resolve(name).toString();
    }

    private static boolean succeeds(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** Runs a command to its end and returns the last line that it printed. */
    private static String run(String... command) throws Exception {
        var out = Files.createTempFile(folder, "client", ".log");
        var builder =
                new ProcessBuilder(new ArrayList<>(List.of(command)))
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(out.toFile());
        builder.environment().put("OMP_NUM_THREADS", "1");
        builder.environment().put("HF_HUB_OFFLINE", "1");
        var process = builder.start();
        boolean ended = process.waitFor(10, TimeUnit.MINUTES);
        process.destroyForcibly();
        var text = Files.readString(out).strip();
        assertThat(ended && process.exitValue() == 0)
                .as(String.join(" ", command) + "\n" + text)
                .isTrue();
        return text.substring(text.lastIndexOf('\n') + 1);
    }

    private static void said(String line) throws IOException {
        var found = JSON.readTree(line);
        assertThat(found.path("requests").asInt()).isPositive();
        tell(found.path("client").asText(), found.path("requests").asInt());
    }

    private static void tell(String client, int requests) {
        System.out.printf("| clients | %s, requests without an error | %d |%n", client, requests);
    }
}
