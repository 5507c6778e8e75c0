package dev.keelson.launcher.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.launcher.Keelson;
import dev.keelson.launcher.Session;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
    @TempDir Path data;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no-such-command",
                "up --nodes three",
                "up --nodes 0",
                "up --replicas 4",
                "up --trace /no/such/file",
                "up --api-key sk-\u00fc",
                "get everything",
                "get decisions --limit 0",
                "chaos tickle-engine",
                "chaos kill-engine x --for soon",
                "scale mini many",
                "freeze",
                "approve",
                "approve scale mini extra",
                "approve scale --expires soon",
                "journal",
                "journal export --from yesterday --to now FILE",
                "replay /no/such/file",
                "policy check /no/such/file",
                "loadgen --url u --model m",
                "loadgen --url u --model m --rate 0",
                "run engine --config x",
                "run agent",
                "token create",
            })
    void wrongUseIsExitCodeTwoWithOneLineAndAdvice(String line) {
        int code = run(line.split(" "));

        assertThat(code).isEqualTo(2);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(err.toString(StandardCharsets.UTF_8))
                .startsWith("keelson: ")
                .doesNotContain("Exception")
                .doesNotContain("\tat ");
    }

    @Test
    void whatNeedsAFleetSaysThatThereIsNone() {
        assertThat(run("get", "nodes")).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("There is no fleet in")
                .contains("keelson up");
    }

    @Test
    void statusWithoutAFleetIsStopped() {
        assertThat(run("status", "--json")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("\"state\" : \"stopped\"")
                .contains("\"processes\" : [ ]");
    }

    @Test
    void downWithoutAFleetIsFine() {
        assertThat(run("down")).isZero();
    }

    @Test
    void theHelpIsGrouped() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .containsSubsequence("Run", "Operate", "Policy", "Study");
    }

    @Test
    void aJournalWithoutDecisionsIsAFailure() throws IOException {
        Path file = Files.writeString(data.resolve("journal"), "");

        assertThat(run("replay", file.toString())).isEqualTo(1);
    }

    @Test
    void anInvalidManifestIsExitCodeThreeWithItsPlace() throws IOException {
        Path file =
                Files.writeString(
                        data.resolve("p.yaml"),
                        "apiVersion: keelson.dev/v1\nkind: Deploymant\nmetadata: {name: a}\nspec: {}\n");

        assertThat(run("policy", "check", file.toString())).isEqualTo(3);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("p.yaml:2:");
    }

    @Test
    void wordsForTheShellAreQuoted() {
        assertThat(ExecLine.quoted("a 'b' $c")).isEqualTo("'a '\\''b'\\'' $c'");
    }

    private int run(String... words) {
        var session =
                new Session(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        InstantSource.system(),
                        Map.of("HOME", data.toString()));
        System.setProperty("keelson.home", data.toString());
        return Keelson.commandLine(session).execute(words);
    }
}
