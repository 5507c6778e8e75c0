package dev.keelson.launcher.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With real processes: {@code sh} and {@code sleep}. */
class SupervisorTest {
    private static final Duration GENEROUS = Duration.ofSeconds(60);

    @TempDir Path folder;

    private final Supervisor supervisor =
            new Supervisor(InstantSource.system(), spec -> null, entries -> {});

    @AfterEach
    void endAll() throws InterruptedException {
        supervisor.shutDown(List.of());
    }

    @Test
    void startsAKilledProcessAgain() throws InterruptedException {
        supervisor.add(spec("worker", "exec sleep 600"));
        long first = pid("worker");

        supervisor.kill("worker");

        stepUntil(() -> pid("worker") != 0 && pid("worker") != first);
        assertThat(supervisor.entry("worker").orElseThrow().restarts()).isEqualTo(1);
    }

    @Test
    void keepsWhatIsHeldAwayUntilItIsReleased() throws InterruptedException {
        supervisor.add(spec("node", "exec sleep 600"));

        supervisor.hold("node", null, "taken away");
        stepUntil(() -> pid("node") == 0);
        supervisor.doWork();
        assertThat(supervisor.entry("node").orElseThrow().state()).isEqualTo("held");

        supervisor.release("node");
        stepUntil(() -> pid("node") != 0);
    }

    @Test
    void bringsAProcessBackWhenItsHoldEnds() throws InterruptedException {
        supervisor.add(spec("kafka", "exec sleep 600"));

        supervisor.hold("kafka", Instant.now().plusMillis(300), "stopped");

        stepUntil(() -> pid("kafka") == 0);
        stepUntil(() -> pid("kafka") != 0);
    }

    @Test
    void doesNotStartAgainWhatEndedByItselfIfOnlyFailuresCount() throws InterruptedException {
        supervisor.add(
                new ChildSpec(
                        "agent",
                        "node-agent",
                        List.of("sh", "-c", "exit 0"),
                        Map.of(),
                        folder.resolve("agent.log"),
                        ChildSpec.Restart.ON_FAILURE));

        stepUntil(() -> supervisor.entry("agent").orElseThrow().state().equals("stopped"));
    }

    @Test
    void waitsForItsAdmissionAndStartsThen() throws InterruptedException {
        var open = new boolean[1];
        var careful =
                new Supervisor(
                        InstantSource.system(),
                        spec -> open[0] ? null : "waits for a token",
                        entries -> {});
        careful.add(spec("gateway", "exec sleep 600"));
        assertThat(careful.entry("gateway").orElseThrow().state()).isEqualTo("waiting");

        open[0] = true;
        careful.admit("gateway");

        assertThat(careful.entry("gateway").orElseThrow().pid()).isPositive();
        careful.shutDown(List.of());
    }

    @Test
    void tellsWhyAProcessThatCannotBeStartedIsNotThere() {
        supervisor.add(
                new ChildSpec(
                        "broken",
                        "kafka",
                        List.of(folder.resolve("no-such-program").toString()),
                        Map.of(),
                        folder.resolve("broken.log"),
                        ChildSpec.Restart.ALWAYS));

        FleetState.Entry entry = supervisor.entry("broken").orElseThrow();
        assertThat(entry.state()).isEqualTo("restarting");
        assertThat(entry.note()).contains("could not be started");
    }

    @Test
    void endsByForceWhatIgnoresTheOrderlySignal() throws InterruptedException {
        supervisor.add(spec("stubborn", "trap '' TERM; echo ready; while :; do sleep 1; done"));
        stepUntil(() -> log("stubborn").contains("ready"));
        FleetState.Entry before = supervisor.entry("stubborn").orElseThrow();

        supervisor.shutDown(
                List.of(new Supervisor.Group(List.of("worker"), Duration.ofMillis(200))));

        assertThat(before.runs()).isFalse();
    }

    @Test
    void keepsTheStandardInputOfItsChildrenOpenAndSaysThatItSupervises()
            throws InterruptedException {
        supervisor.add(spec("child", "echo supervised=$KEELSON_SUPERVISED; read line; echo ended"));

        stepUntil(() -> log("child").contains("supervised=1"));
        assertThat(log("child")).doesNotContain("ended");
    }

    @Test
    void tellsEveryChangeOnce() throws InterruptedException {
        var told = new java.util.ArrayList<List<FleetState.Entry>>();
        var watched = new Supervisor(InstantSource.system(), spec -> null, told::add);
        watched.add(spec("worker", "exec sleep 600"));

        watched.doWork();
        watched.doWork();

        assertThat(told).hasSize(1);
        watched.shutDown(List.of());
        assertThat(told.getLast().getFirst().state()).isEqualTo("stopped");
    }

    private ChildSpec spec(String name, String script) {
        return new ChildSpec(
                name,
                "worker",
                List.of("sh", "-c", script),
                Map.of(),
                folder.resolve(name + ".log"),
                ChildSpec.Restart.ALWAYS);
    }

    private long pid(String name) {
        return supervisor.entry(name).orElseThrow().pid();
    }

    private String log(String name) {
        try {
            return Files.readString(folder.resolve(name + ".log"));
        } catch (java.io.IOException e) {
            return "";
        }
    }

    private void stepUntil(BooleanSupplier condition) throws InterruptedException {
        Instant limit = Instant.now().plus(GENEROUS);
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).as("time is up").isBefore(limit);
            supervisor.doWork();
        }
    }
}
