package dev.keelson.launcher.distribution;

import java.util.List;
import java.util.Optional;

/**
 * A process that runs from the distribution. Heaps are small on purpose: about ten of these share
 * one machine, and their sum decides whether a laptop can hold a fleet.
 */
public enum Component {
    KAFKA("kafka", "kafka", "broker", "dev.keelson.broker.Main", 160),
    STREAMS("streams", "flink", "stream-jobs", "dev.keelson.streams.job.Main", 224),
    CONTROL_PLANE(
            "control-plane",
            "control-plane",
            "control-plane",
            "dev.keelson.controlplane.Main",
            160),
    FORECASTER(
            "forecaster",
            "forecaster",
            "forecaster-service",
            "dev.keelson.forecaster.service.Main",
            96),
    GATEWAY("gateway", "gateway", "gateway", "dev.keelson.gateway.Main", 96),
    GATEWAY_ALONE("gateway-alone", "gateway", "gateway", "dev.keelson.gateway.Standalone", 96),
    SLOW_READERS("slow-readers", "bench", "gateway", "dev.keelson.gateway.bench.SlowReaders", 512),
    GATEWAY_PEERS(
            "gateway-peers", "bench", "gateway", "dev.keelson.gateway.bench.GatewayPeers", 512),
    VLLM_FAILOVER("vllm-failover", "bench", "scenarios", "dev.keelson.scenarios.VllmFailover", 256),
    AGENT("agent", "node-agent", "node-agent", "dev.keelson.agent.Main", 64),
    METADATA("metadata", "metadata", "launcher", "dev.keelson.launcher.metadata.MetadataMain", 24),
    LOADGEN("loadgen", "loadgen", "launcher", "dev.keelson.launcher.Keelson", 64),
    SUPERVISOR(
            "supervisor",
            "supervisor",
            "launcher",
            "dev.keelson.launcher.fleet.SupervisorMain",
            48),
    ENGINE("engine", "engine", "gpu-runtime", "dev.keelson.runtime.Main", 128),
    VECTOR_ENGINE("vector-engine", "engine", "gpu-runtime", "dev.keelson.runtime.Main", 256),
    FETCH("fetch", "fetch", "gpu-runtime", "dev.keelson.runtime.hub.FetchMain", 64),
    TRAINER("trainer", "trainer", "gpu-runtime", "dev.keelson.runtime.train.TrainMain", 1024),
    ENGINE_BENCH(
            "engine-bench", "bench", "gpu-runtime", "dev.keelson.runtime.bench.BenchMain", 3584),
    SOAK("soak", "bench", "gpu-runtime", "dev.keelson.runtime.bench.Soak", 256),
    BENCH("bench", "bench", "scenarios", "dev.keelson.scenarios.Bench", 512),
    LEARNED_STUDY(
            "learned-study",
            "study",
            "forecaster-learned",
            "dev.keelson.forecaster.learned.study.StudyMain",
            1024),
    POOL_STUDY(
            "pool-study",
            "study",
            "forecaster-service",
            "dev.keelson.forecaster.service.PoolStudy",
            1024),
    STUDY("sim", "study", "lab", "dev.keelson.lab.SimMain", 1024),
    FORECAST("forecast", "study", "lab", "dev.keelson.lab.forecast.ForecastMain", 1024),
    PLAN_TIME("plan-time", "study", "benchmarks", "dev.keelson.benchmarks.PlanTime", 512),
    CONSOLE("console", "console", "console-desktop", "dev.keelson.console.Main", 192);

    private final String commandName;
    private final String kind;
    private final String artifact;
    private final String mainClass;
    private final int heapMebibytes;

    Component(
            String commandName, String kind, String artifact, String mainClass, int heapMebibytes) {
        this.commandName = commandName;
        this.kind = kind;
        this.artifact = artifact;
        this.mainClass = mainClass;
        this.heapMebibytes = heapMebibytes;
    }

    /** The name after {@code keelson run}. */
    public String commandName() {
        return commandName;
    }

    /** The kind that {@code keelson status} shows. */
    public String kind() {
        return kind;
    }

    /** The Maven artifact whose class path the process runs on. */
    public String artifact() {
        return artifact;
    }

    /** The class with the main method. */
    public String mainClass() {
        return mainClass;
    }

    /** Largest Java heap, MiB. */
    public int heapMebibytes() {
        return heapMebibytes;
    }

    /** What a person may start on another host. */
    public static List<Component> runnable() {
        return List.of(CONTROL_PLANE, GATEWAY, AGENT, STREAMS, FORECASTER, KAFKA);
    }

    /** The component of that name after {@code keelson run}. */
    public static Optional<Component> ofCommand(String name) {
        return runnable().stream().filter(c -> c.commandName.equals(name)).findFirst();
    }
}
