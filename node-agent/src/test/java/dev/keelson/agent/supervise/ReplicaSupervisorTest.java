package dev.keelson.agent.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.keelson.agent.Eventually;
import dev.keelson.protocol.v1.ReplicaPhase;
import dev.keelson.protocol.v1.ReplicaReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against real processes. */
class ReplicaSupervisorTest {
    private static final int STOP_SIGNAL = 19;

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

    @Test
    void startsAnEngineInItsOwnGroupWithOnlyTheNamedEnvironment() throws IOException {
        ReplicaReport report = rig.ready("r1", "max_num_seqs", "3");
        assertThat(report.getStartupMs()).isPositive();
        assertThat(report.getMaxSequences()).isEqualTo(3);
        assertThat(report.getAdopted()).isFalse();
        assertThat(report.getProgressAgeMs()).isNotNegative();
        assertThat(SupervisorRig.group(report.getPid())).containsExactly(report.getPid());
        String environment = Files.readString(Path.of("/proc/" + report.getPid() + "/environ"));
        assertThat(environment.split("\0"))
                .allMatch(entry -> entry.startsWith("PATH=") || entry.startsWith("KEELSON_"));
        assertThat(data.resolve("engines.json")).content().contains("\"r1\"", "\"READY\"");
        Eventually.is("it was scraped", () -> rig.report("r1").orElseThrow().hasSample());
        var sample = rig.report("r1").orElseThrow().getSample();
        assertThat(sample.getRunning()).isZero();
        assertThat(sample.hasKvUse()).as("a metric that was not printed").isFalse();
    }

    @Test
    void seesAKilledEngineAndEndsItsChildren() {
        ReplicaReport report = rig.ready("r1", "child", "1");
        assertThat(SupervisorRig.group(report.getPid())).hasSize(2);
        ProcessSignals.send(report.getPid(), ProcessSignals.KILL);
        assertThat(rig.await("r1", ReplicaPhase.FAILED).getReason()).isEqualTo("exited-137");
        Eventually.is(
                "no grandchild is left", () -> SupervisorRig.group(report.getPid()).isEmpty());
    }

    @Test
    void takesAStoppedEngineForHungAndKillsIt() {
        ReplicaReport report = rig.ready("r1");
        ProcessSignals.send(report.getPid(), STOP_SIGNAL);
        assertThat(rig.await("r1", ReplicaPhase.FAILED).getReason()).isEqualTo("hung");
        Eventually.is("it is gone", () -> !SupervisorRig.isAlive(report.getPid()));
    }

    @Test
    void believesTokensThatDoNotMoveAndNotTheHealthPage() {
        ReplicaReport report = rig.ready("r1", "stuck", "1");
        assertThat(rig.await("r1", ReplicaPhase.FAILED).getReason()).isEqualTo("hung");
        Eventually.is("it is gone", () -> !SupervisorRig.isAlive(report.getPid()));
    }

    @Test
    void reportsThePlacesThatTheEngineHasNow() {
        rig.ready("r1", "max_num_seqs", "3", "places", "5");
        Eventually.is(
                "the present places are reported",
                () -> rig.report("r1").orElseThrow().getMaxSequences() == 5);
    }

    @Test
    void anEngineThatSleepsIsReportedAndIsNoHang() {
        ReplicaReport report = rig.ready("r1", "asleep", "1");
        Eventually.is("it sleeps", () -> rig.report("r1").orElseThrow().getAsleep());
        ReplicaReport asleep = rig.report("r1").orElseThrow();
        assertThat(asleep.getPhase()).isEqualTo(ReplicaPhase.READY);
        assertThat(asleep.getPid()).isEqualTo(report.getPid());
        rig.ask(() -> rig.supervisor().stop("r1", "command"));
        assertThat(rig.report("r1").orElseThrow().getAsleep()).isFalse();
    }

    @Test
    void letsADrainingEngineFinish() {
        rig.ready("r1", "drain_ms", "300");
        rig.ask(() -> rig.supervisor().drain("r1", Duration.ofMinutes(1), "scale-in"));
        assertThat(rig.report("r1").orElseThrow().getPhase()).isEqualTo(ReplicaPhase.DRAINING);
        assertThat(rig.await("r1", ReplicaPhase.STOPPED).getReason()).isEqualTo("scale-in");
    }

    @Test
    void tellsTheEngineByWhenItMustHaveFinishedAndAgainWhenThatComesSooner() {
        rig.ready("r1", "drain_ms", "600000");
        rig.ask(() -> rig.supervisor().drain("r1", Duration.ofMinutes(2), "scale-in"));
        Path log = data.resolve("engines/r1.log");
        String sign = "drain Bearer the engines' own token {\"deadline_ms\":%d}";
        Eventually.is("it is told", () -> contains(log, sign.formatted(117_000)));
        rig.ask(() -> rig.supervisor().release(Duration.ofSeconds(4), "notice"));
        Eventually.is("it is told again", () -> contains(log, sign.formatted(2_000)));
        rig.ask(() -> rig.supervisor().drain("r1", Duration.ofMinutes(9), "later"));
        assertThat(rig.await("r1", ReplicaPhase.STOPPED).getReason())
                .isEqualTo("scale-in-deadline");
        assertThat(contains(log, "537000")).as("a drain that ends later").isFalse();
    }

    private static boolean contains(Path file, String text) {
        try {
            return Files.readString(file).contains(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void killsTheGroupOfAnEngineThatOutstaysItsDrain() {
        ReplicaReport report = rig.ready("r1", "drain_ms", "600000", "child", "1");
        rig.ask(() -> rig.supervisor().drain("r1", Duration.ofMillis(500), "scale-in"));
        assertThat(rig.await("r1", ReplicaPhase.STOPPED).getReason())
                .isEqualTo("scale-in-deadline");
        Eventually.is("nobody is left", () -> SupervisorRig.group(report.getPid()).isEmpty());
    }

    @Test
    void stopEndsAtOnceAndReleaseEndsEverything() {
        ReplicaReport first = rig.ready("r1", "drain_ms", "600000");
        rig.ready("r2");
        rig.ask(() -> rig.supervisor().stop("r1", "command"));
        assertThat(rig.await("r1", ReplicaPhase.STOPPED).getReason()).isEqualTo("command");
        Eventually.is("it is gone", () -> !SupervisorRig.isAlive(first.getPid()));
        rig.ask(() -> rig.supervisor().release(Duration.ofSeconds(30), "released"));
        Eventually.is("released", () -> rig.ask(() -> rig.supervisor().isReleased()));
        assertThat(rig.start(SupervisorRig.spec("r3"))).isInstanceOf(Verdict.Refused.class);
    }

    @Test
    void adoptsTheEnginesOfAKilledAgentAndReportsThoseThatAreGone() throws IOException {
        ReplicaReport kept = rig.ready("kept");
        ReplicaReport gone = rig.ready("gone");
        rig.close();
        ProcessSignals.send(gone.getPid(), ProcessSignals.KILL);
        Eventually.is("it is gone", () -> !SupervisorRig.isAlive(gone.getPid()));
        rig = new SupervisorRig(data);
        ReplicaReport adopted = rig.report("kept").orElseThrow();
        assertThat(adopted.getPid()).isEqualTo(kept.getPid());
        assertThat(adopted.getPhase()).isEqualTo(ReplicaPhase.READY);
        assertThat(adopted.getAdopted()).isTrue();
        assertThat(adopted.getStartupMs()).isEqualTo(kept.getStartupMs());
        assertThat(rig.report("gone").orElseThrow().getReason()).isEqualTo("exited-unseen");
        assertThat(rig.start(SupervisorRig.spec("kept"))).isInstanceOf(Verdict.Duplicate.class);
        ProcessSignals.send(kept.getPid(), ProcessSignals.KILL);
        assertThat(rig.await("kept", ReplicaPhase.FAILED).getReason()).isEqualTo("exited");
    }

    @Test
    void endsAnEngineThatWasNeverWrittenDown() throws IOException {
        ReplicaReport stray = rig.ready("stray");
        rig.close();
        Files.writeString(data.resolve("engines.json"), "{\"engines\":[{}]}");
        rig = new SupervisorRig(data);
        Eventually.is("the stray is gone", () -> !SupervisorRig.isAlive(stray.getPid()));
    }

    @Test
    void startsOnlyWhatItsConfigurationLists() {
        var spec = SupervisorRig.spec("r1");
        assertThat(refusal(with(spec, "other-engine", "tiny"))).contains("other-engine");
        assertThat(refusal(with(spec, "gpu-runtime", "../.."))).contains("model roots");
        assertThat(refusal(with(spec, "gpu-runtime", "/etc"))).contains("model roots");
        assertThat(refusal(with(spec, "gpu-runtime", "missing"))).contains("model roots");
        assertThat(refusal(SupervisorRig.spec("../r1"))).contains("name");
        assertThat(refusal(SupervisorRig.spec("r1", "a=b;c", "1"))).contains("knob");
        assertThat(refusal(withAdapter(spec, "polite", "../..")))
                .contains("adapter 'polite'", "spec.adapters.polite", "'chat'", "model roots");
        assertThat(refusal(withAdapter(spec, "polite", "missing"))).contains("model roots");
        assertThat(refusal(withAdapter(spec, "a=b", "tiny"))).contains("adapter name");
        var large =
                new ReplicaSpec(
                        "r1",
                        "chat",
                        1,
                        "gpu-runtime",
                        "tiny",
                        "tiny",
                        spec.knobs(),
                        spec.adapters(),
                        1001);
        assertThat(refusal(large)).contains("No room");
        assertThat(rig.report("r1")).isEmpty();
    }

    @Test
    void givesAFileOnlyToAnEngineThatTakesFiles() throws IOException {
        Files.writeString(data.resolve("models/small.gguf"), "GGUF");
        Files.writeString(data.resolve("outside.gguf"), "GGUF");
        var spec = SupervisorRig.spec("r1");
        assertThat(refusal(with(spec, "gpu-runtime", "small.gguf"))).contains("no folder");
        assertThat(refusal(with(spec, "llama-cpp", "tiny"))).contains("no file", "model roots");
        assertThat(refusal(with(spec, "llama-cpp", "../outside.gguf"))).contains("model roots");
        assertThat(refusal(withAdapter(with(spec, "llama-cpp", "small.gguf"), "polite", "tiny")))
                .contains("spec.adapters");
        rig.start(with(spec, "llama-cpp", "small.gguf"));
        assertThat(rig.await("r1", ReplicaPhase.FAILED).getReason())
                .as("setsid finds no such program")
                .isEqualTo("exited-127");
    }

    private static ReplicaSpec with(ReplicaSpec spec, String engine, String model) {
        return new ReplicaSpec(
                spec.replica(),
                spec.deployment(),
                1,
                engine,
                model,
                "tiny",
                spec.knobs(),
                spec.adapters(),
                spec.thousandths());
    }

    private static ReplicaSpec withAdapter(ReplicaSpec spec, String name, String path) {
        return new ReplicaSpec(
                spec.replica(),
                spec.deployment(),
                1,
                spec.engine(),
                spec.model(),
                "tiny",
                spec.knobs(),
                new TreeMap<>(Map.of(name, path)),
                spec.thousandths());
    }

    private String refusal(ReplicaSpec spec) {
        return rig.start(spec) instanceof Verdict.Refused refused ? refused.message() : "accepted";
    }
}
