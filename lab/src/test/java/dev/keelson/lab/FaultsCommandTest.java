package dev.keelson.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FaultsCommandTest {
    private static final String FLEET = "../datasets/fleets/rtx-4090.yaml";
    private static final String FAULTS =
            "../datasets/infinitehbd-faults/fault_intervals_days_0_240.csv";

    @TempDir private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private String trace = "";

    @BeforeEach
    void writeTrace() throws IOException {
        var text = new StringBuilder("time,prompt_tokens,output_tokens\n");
        for (int i = 0; i < 900; i++) {
            text.append(i * 0.3).append(",800,").append(100 + i % 50).append('\n');
        }
        trace = Files.writeString(folder.resolve("trace.csv"), text).toString();
    }

    @Test
    void printsEveryWayOfRecoveryAndTheSameBytesOnTwoThreads() throws IOException {
        var incidents = incidents("{at: 60s, kind: hang}", "{at: 120s, kind: node-loss, node: 2}");

        assertThat(faults("--incidents", incidents, "--json")).as(err.toString()).isZero();
        var one = document();
        out.getBuffer().setLength(0);
        faults("--incidents", incidents, "--json", "--threads", "2");
        var two = document();

        assertThat(one.get("rows").findValuesAsText("policy"))
                .containsExactly("none", "kubernetes", "slow-broker", "nvsentinel", "keelson");
        one.get("rows")
                .forEach(row -> {
                    assertThat(row.get("faults").asInt()).isEqualTo(2);
                    assertThat(row.fieldNames())
                            .toIterable()
                            .contains(
                                    "found",
                                    "foundAfterSecondsMedian",
                                    "falsePositives",
                                    "requestsLost",
                                    "capacityLostReplicaHours",
                                    "byFault");
                });
        one.remove("timing");
        two.remove("timing");
        assertThat(two).isEqualTo(one);
    }

    @Test
    void aBadIncidentFileIsNamedAndLeavesNoTable() throws IOException {
        var bad = incidents("{at: 60s, kind: hang}", "{at: 1m, kind: xid, node: 1, code: many}");

        assertThat(faults("--incidents", bad)).isEqualTo(1);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString())
                .isEqualTo(
                        "keelson: %s:4: 'incidents[1].code' (many) must be a whole number from 1 to 100000.%n"
                                .formatted(bad));
        assertThat(run("run", List.of("--policy", "hpa", "--incidents", bad))).isEqualTo(1);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void nothingThatGoesWrongAndWrongOptionsAreWrongUsage() throws IOException {
        var incidents = incidents("{at: 60s, kind: hang}");

        assertThat(faults()).isEqualTo(2);
        assertThat(faults("--incidents", incidents, "--policy", "magic")).isEqualTo(2);
        assertThat(faults("--incidents", incidents, "--policy", "kubernetes:interval=3"))
                .isEqualTo(2);
        assertThat(faults("--incidents", incidents, "--scale", "0")).isEqualTo(2);
        assertThat(faults("--faults", FAULTS, "--faults-servers", "10")).isEqualTo(2);
        assertThat(faults("--faults", FAULTS, "--faults-speed", "0")).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).doesNotContain("Exception");
    }

    @Test
    void recordedFaultsStrikeARun() throws IOException {
        var options =
                List.of(
                        "--policy",
                        "hpa",
                        "--faults",
                        FAULTS,
                        "--faults-servers",
                        "184",
                        "--faults-speed",
                        "50000",
                        "--json");

        assertThat(run("run", options)).as(err.toString()).isZero();

        assertThat(document().get("inputs").get("incidents").asInt()).isPositive();
    }

    private String incidents(String... lines) throws IOException {
        var text = new StringBuilder("name: test\nincidents:\n");
        for (String line : lines) {
            text.append("  - ").append(line).append('\n');
        }
        return Files.writeString(folder.resolve("incidents.yaml"), text).toString();
    }

    private ObjectNode document() throws IOException {
        return (ObjectNode) JsonMapper.builder().build().readTree(out.toString());
    }

    private int faults(String... options) {
        var words = new ArrayList<>(List.of("--replicas", "4"));
        words.addAll(List.of(options));
        return run("faults", words);
    }

    private int run(String command, List<String> options) {
        var words = new ArrayList<>(List.of(command, "--trace", trace, "--fleet", FLEET));
        words.addAll(options);
        return SimMain.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(words.toArray(String[]::new));
    }
}
