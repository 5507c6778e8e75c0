package dev.keelson.agent.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.agent.Eventually;
import dev.keelson.protocol.v1.ReplicaPhase;
import dev.keelson.protocol.v1.ReplicaReport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What others' engines do that ours does not, against real processes. */
class VllmSupervisionTest {
    private static final int STOP_SIGNAL = 19;
    private static final Duration LONG = Duration.ofMinutes(30);

    @TempDir Path data;
    private SupervisorRig rig;

    @BeforeEach
    void start() throws IOException {
        rig = new SupervisorRig(data);
    }

    @AfterEach
    void end() {
        rig.endAll();
        rig.close();
    }

    private static ReplicaSpec spec(String model, String... knobs) {
        ReplicaSpec own = SupervisorRig.spec("r1", knobs);
        return new ReplicaSpec(
                "r1", "chat", 1, "vllm", model, "tiny", own.knobs(), new TreeMap<>(), 250);
    }

    private ReplicaReport ready(String... knobs) {
        rig.start(spec("tiny", knobs));
        return rig.await("r1", ReplicaPhase.READY);
    }

    private String log() {
        try {
            return Files.readString(data.resolve("engines/r1.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static BufferedReader stream(ReplicaReport report) throws IOException {
        var connection =
                (HttpURLConnection)
                        URI.create(report.getUrl() + "/v1/completions").toURL().openConnection();
        connection.setDoOutput(true);
        try (var out = connection.getOutputStream()) {
            out.write("{\"stream\":true}".getBytes(StandardCharsets.UTF_8));
        }
        return new BufferedReader(
                new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8));
    }

    @Test
    void startsItWithItsOwnOptionsAndTheVariablesOfItsConfiguration() throws IOException {
        ReplicaReport report = ready("max_num_seqs", "3", "enforce_eager", "true");
        assertThat(report.getMaxSequences()).isEqualTo(3);
        assertThat(log())
                .contains(
                        "--model=" + data.resolve("models/tiny"),
                        "--enforce-eager",
                        "--max-num-seqs=3",
                        "--served-model-name=tiny");
        assertThat(Files.readString(Path.of("/proc/" + report.getPid() + "/environ")))
                .contains("OMP_NUM_THREADS=1\0");
    }

    @Test
    void doesNotGuessThePlacesThatTheEngineChoosesItself() {
        assertThat(ready().getMaxSequences()).isZero();
    }

    @Test
    void endsAnEngineOnlyAfterItsStreamsHaveEnded() throws IOException {
        ReplicaReport report = ready();
        try (var lines = stream(report)) {
            assertThat(lines.readLine()).isEqualTo("data: first");
            rig.ask(() -> rig.supervisor().drain("r1", LONG, "scale-in"));
            Eventually.is(
                    "it was scraped in vain",
                    () -> {
                        rig.advance(Duration.ofSeconds(1));
                        return log().split("scrape open=1", -1).length > 5;
                    });
            assertThat(log()).doesNotContain("SIGTERM");
            URI.create(report.getUrl() + "/finish").toURL().openStream().close();
            assertThat(lines.readLine()).isEqualTo("data: [DONE]");
        }
        rig.advance(Duration.ofSeconds(3));
        assertThat(rig.await("r1", ReplicaPhase.STOPPED).getReason()).isEqualTo("scale-in");
        assertThat(log()).contains("SIGTERM open=0");
        Eventually.is("nobody is left", () -> SupervisorRig.group(report.getPid()).isEmpty());
    }

    @Test
    void doesNotWaitForTheDeadlineOfAnIdleEngineThatIgnoresItsSignal() {
        ReplicaReport report = ready("stubborn", "true");
        rig.ask(() -> rig.supervisor().drain("r1", LONG, "scale-in"));
        Eventually.is("it was told", () -> advancedTo("SIGTERM open=0"));
        assertThat(rig.report("r1").orElseThrow().getPhase()).isEqualTo(ReplicaPhase.DRAINING);
        rig.advance(Duration.ofSeconds(11));
        assertThat(rig.await("r1", ReplicaPhase.STOPPED).getReason()).isEqualTo("scale-in");
        Eventually.is("nobody is left", () -> SupervisorRig.group(report.getPid()).isEmpty());
    }

    private boolean advancedTo(String sign) {
        boolean there = log().contains(sign);
        if (!there) {
            rig.advance(Duration.ofMillis(500));
        }
        return there;
    }

    @Test
    void breaksStreamsOnlyAtTheDeadline() throws IOException {
        ReplicaReport report = ready();
        try (var lines = stream(report)) {
            assertThat(lines.readLine()).isEqualTo("data: first");
            rig.ask(() -> rig.supervisor().drain("r1", LONG, "notice"));
            rig.advance(LONG);
            assertThat(rig.await("r1", ReplicaPhase.STOPPED).getReason())
                    .isEqualTo("notice-deadline");
        }
        assertThat(log()).doesNotContain("SIGTERM");
        Eventually.is("nobody is left", () -> SupervisorRig.group(report.getPid()).isEmpty());
    }

    @Test
    void endsAnEngineThatIgnoresItsSignalWhileItStarts() {
        rig.start(spec("tiny", "start_stuck", "true"));
        long pid = rig.report("r1").orElseThrow().getPid();
        Eventually.is("it runs", () -> SupervisorRig.group(pid).size() == 2);
        rig.ask(() -> rig.supervisor().drain("r1", LONG, "scale-in"));
        assertThat(rig.await("r1", ReplicaPhase.STOPPED).getReason()).isEqualTo("scale-in");
        Eventually.is("nobody is left", () -> SupervisorRig.group(pid).isEmpty());
    }

    @Test
    void givesItTheStartLimitOfItsConfiguration() {
        rig.start(spec("tiny", "start_stuck", "true"));
        rig.advance(SupervisorRig.VLLM_START.minusSeconds(60));
        assertThat(rig.report("r1").orElseThrow().getPhase()).isEqualTo(ReplicaPhase.STARTING);
        rig.advance(Duration.ofSeconds(61));
        assertThat(rig.await("r1", ReplicaPhase.FAILED).getReason()).isEqualTo("start-timeout");
    }

    @Test
    void takesAnEngineWhoseChildIsStoppedForHungThoughItsPagesAnswer() {
        ReplicaReport report = ready();
        long child =
                SupervisorRig.group(report.getPid()).stream()
                        .filter(pid -> pid != report.getPid())
                        .findFirst()
                        .orElseThrow();
        ProcessSignals.send(child, STOP_SIGNAL);
        assertThat(rig.await("r1", ReplicaPhase.FAILED).getReason()).isEqualTo("hung");
        Eventually.is("nobody is left", () -> SupervisorRig.group(report.getPid()).isEmpty());
    }

    @Test
    void endsWhatAnEngineLeftThatDiedWhileTheAgentWasAway() throws IOException {
        ReplicaReport report = ready();
        rig.close();
        ProcessSignals.send(report.getPid(), ProcessSignals.KILL);
        Eventually.is("it is gone", () -> !SupervisorRig.isAlive(report.getPid()));
        assertThat(SupervisorRig.group(report.getPid())).hasSize(1);
        rig = new SupervisorRig(data);
        assertThat(rig.report("r1").orElseThrow().getReason()).isEqualTo("exited-unseen");
        Eventually.is("nobody is left", () -> SupervisorRig.group(report.getPid()).isEmpty());
    }

    @Test
    void takesNamesOfModelsThatItsConfigurationListsAndNoOthers() {
        assertThat(rig.start(spec("org/other")))
                .isInstanceOfSatisfying(
                        Verdict.Refused.class,
                        refused ->
                                assertThat(refused.message())
                                        .contains("org/other", "engines.vllm.models"));
        assertThat(rig.start(spec("tiny", "host", "0.0.0.0")))
                .isInstanceOfSatisfying(
                        Verdict.Refused.class,
                        refused -> assertThat(refused.message()).contains("'host'"));
        rig.start(spec("org/listed"));
        rig.await("r1", ReplicaPhase.READY);
        assertThat(log()).contains("--model=org/listed");
    }
}
