package dev.keelson.agent.supervise;

import dev.keelson.agent.Eventually;
import dev.keelson.agent.probe.ProcFs;
import dev.keelson.protocol.v1.ReplicaPhase;
import dev.keelson.protocol.v1.ReplicaReport;
import dev.keelson.serving.engine.GpuRuntimeAdapter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A supervisor on a thread of its own, over real processes. Closing it leaves the engines running,
 * as a killed agent would.
 */
final class SupervisorRig implements AutoCloseable {
    private static final String TOKEN = "the engines' own token";

    private final ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor();
    private final ReplicaSupervisor supervisor;

    SupervisorRig(Path data) throws IOException {
        Path models = Files.createDirectories(data.resolve("models"));
        Files.createDirectories(models.resolve("tiny"));
        List<String> command =
                List.of(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-Xmx32m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StandInEngine.class.getName());
        var program = new EngineProgram(new GpuRuntimeAdapter(), command, Set.of("PATH"));
        var catalog = new EngineCatalog(Map.of("gpu-runtime", program), List.of(models));
        var settings =
                new ReplicaSupervisor.Settings(
                        "node-test",
                        data,
                        catalog,
                        1000,
                        Duration.ofSeconds(45),
                        "127.0.0.1",
                        TOKEN);
        supervisor =
                new ReplicaSupervisor(
                        settings,
                        ProcFs.system(),
                        InstantSource.system(),
                        task -> Thread.ofVirtual().start(task),
                        loop,
                        _ -> {});
        supervisor.adopt();
        var _ =
                loop.scheduleWithFixedDelay(
                        () -> supervisor.tick(false), 0, 100, TimeUnit.MILLISECONDS);
    }

    static ReplicaSpec spec(String replica, String... knobs) {
        var map = new TreeMap<String, String>();
        for (int i = 0; i < knobs.length; i += 2) {
            map.put(knobs[i], knobs[i + 1]);
        }
        return new ReplicaSpec(
                replica, "chat", 1, "gpu-runtime", "tiny", "tiny", map, new TreeMap<>(), 250);
    }

    <T> T ask(Supplier<T> question) {
        return CompletableFuture.supplyAsync(question, loop).join();
    }

    Verdict start(ReplicaSpec spec) {
        return ask(() -> supervisor.start(spec));
    }

    ReplicaSupervisor supervisor() {
        return supervisor;
    }

    Optional<ReplicaReport> report(String replica) {
        return ask(() ->
                supervisor.statuses().stream()
                        .map(ReplicaStatus::report)
                        .filter(report -> report.getReplica().equals(replica))
                        .findFirst());
    }

    /** Waits until the replica is in the phase. */
    ReplicaReport await(String replica, ReplicaPhase phase) {
        Eventually.is(
                replica + " is " + phase,
                () -> report(replica).map(report -> report.getPhase() == phase).orElse(false));
        return report(replica).orElseThrow();
    }

    ReplicaReport ready(String replica, String... knobs) {
        start(spec(replica, knobs));
        return await(replica, ReplicaPhase.READY);
    }

    static boolean isAlive(long pid) {
        return ProcFs.system().stat(pid).map(stat -> !stat.isDead()).orElse(false);
    }

    /** Living processes of a group. */
    static List<Long> group(long group) {
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid ->
                        ProcFs.system()
                                .stat(pid)
                                .map(stat -> stat.group() == group && !stat.isDead())
                                .orElse(false))
                .toList();
    }

    void endAll() {
        ask(() -> {
            supervisor.endAll("test over");
            return true;
        });
    }

    @Override
    public void close() {
        loop.shutdownNow();
    }
}
