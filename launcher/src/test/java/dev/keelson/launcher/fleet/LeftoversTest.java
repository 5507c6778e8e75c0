package dev.keelson.launcher.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeftoversTest {
    @TempDir Path data;

    private Process process;
    private FleetFolder folder;

    @BeforeEach
    void start() throws IOException {
        process = new ProcessBuilder("sleep", "600").start();
        folder = new FleetFolder(data);
        folder.create();
    }

    @AfterEach
    void end() {
        process.destroyForcibly();
    }

    @Test
    void endsWhatAKilledSupervisorWroteDown() throws IOException {
        state(ticks()).write(folder);

        assertThat(Leftovers.end(folder, InstantSource.system())).isEqualTo(1);
        assertThat(ProcessTable.startTicks(process.pid())).isEmpty();
    }

    @Test
    void leavesAloneAProcessThatGotTheSamePidLater() throws IOException {
        state(ticks() - 1).write(folder);

        assertThat(Leftovers.end(folder, InstantSource.system())).isZero();
        assertThat(process.isAlive()).isTrue();
    }

    @Test
    void endsTheEnginesThatAgentsWroteDown() throws IOException {
        Files.createDirectories(folder.node("node-1"));
        Files.writeString(
                folder.node("node-1").resolve("engines.json"),
                """
                {"engines": [{"replica": "mini-1", "deployment": "mini", "pid": %d, "startTicks": %d, "phase": "READY"}]}
                """
                        .formatted(process.pid(), ticks()));

        assertThat(EngineList.running(folder))
                .extracting(EngineList.Engine::replica)
                .containsExactly("mini-1");
        Leftovers.endEngines(folder, InstantSource.system());
        assertThat(EngineList.running(folder)).isEmpty();
    }

    @Test
    void takesAHalfWrittenFileForNone() throws IOException {
        Files.writeString(folder.state(), "{\"phase\": \"RUN");
        Files.createDirectories(folder.node("node-1"));
        Files.writeString(folder.node("node-1").resolve("engines.json"), "{\"engines\": [");

        assertThat(FleetState.read(folder)).isEmpty();
        assertThat(EngineList.running(folder)).isEmpty();
    }

    @Test
    void readsBackWhatItWrote() throws IOException {
        FleetState state = state(ticks());
        state.write(folder);

        assertThat(FleetState.read(folder)).contains(state);
        assertThat(
                        java.nio.file.attribute.PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(folder.state())))
                .isEqualTo("rw-------");
    }

    private long ticks() {
        return ProcessTable.startTicks(process.pid()).orElseThrow();
    }

    private FleetState state(long ticks) {
        return new FleetState(
                FleetState.Phase.RUNNING,
                new FleetState.Entry("supervisor", "supervisor", 0, 0, "running", 0, ""),
                "http://127.0.0.1:1",
                "http://127.0.0.1:2",
                List.of(new FleetState.Gateway("gateway-1", "http://127.0.0.1:3")),
                List.of(
                        new FleetState.Entry(
                                "kafka", "kafka", process.pid(), ticks, "running", 2, "")));
    }
}
