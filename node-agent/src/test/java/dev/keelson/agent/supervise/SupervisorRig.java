package dev.keelson.agent.supervise;

import dev.keelson.agent.Eventually;
import dev.keelson.agent.probe.ProcFs;
import dev.keelson.protocol.v1.ReplicaPhase;
import dev.keelson.protocol.v1.ReplicaReport;
import dev.keelson.serving.engine.GpuRuntimeAdapter;
import dev.keelson.serving.engine.LlamaCppAdapter;
import dev.keelson.serving.engine.VllmAdapter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * A supervisor on a thread of its own, over real processes. Closing it leaves the engines running,
 * as a killed agent would.
 */
final class SupervisorRig implements AutoCloseable {
    static final Duration VLLM_START = Duration.ofMinutes(20);
    private static final String TOKEN = "the engines' own token";

    private final ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor();
    private final ReplicaSupervisor supervisor;
    private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);

    SupervisorRig(Path data) throws IOException {
        Path models = Files.createDirectories(data.resolve("models"));
        Files.createDirectories(models.resolve("tiny"));
        var own =
                new EngineProgram(
                        new GpuRuntimeAdapter(), command(StandInEngine.class), Set.of("PATH"));
        var vllm =
                new EngineProgram(
                        new VllmAdapter(),
                        command(StandInVllm.class),
                        Set.of("PATH"),
                        Map.of("OMP_NUM_THREADS", "1"),
                        Set.of("org/listed"),
                        VLLM_START,
                        new VllmAdapter().hangRule());
        var llamaCpp =
                new EngineProgram(
                        new LlamaCppAdapter(), List.of("no-such-llama-server"), Set.of("PATH"));
        var catalog =
                new EngineCatalog(
                        Map.of("gpu-runtime", own, "vllm", vllm, "llama-cpp", llamaCpp),
                        List.of(models));
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
                        () -> Instant.now().plus(ahead.get()),
                        task -> Thread.ofVirtual().start(task),
                        loop,
                        _ -> {});
        supervisor.adopt();
        var _ =
                loop.scheduleWithFixedDelay(
                        () -> supervisor.tick(false), 0, 100, TimeUnit.MILLISECONDS);
    }

    private static List<String> command(Class<?> engine) {
        return List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx32m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                engine.getName());
    }

    /** Lets time go by that nobody waits for. */
    void advance(Duration time) {
        ahead.updateAndGet(before -> before.plus(time));
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
