package dev.keelson.agent.telemetry;

import dev.keelson.protocol.v1.CommandResult;
import dev.keelson.protocol.v1.ReplicaPhase;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;

/** The agent's own metrics. Thread-safe. */
public final class AgentMetrics {
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Gauge replicas =
            Gauge.builder()
                    .name("keelson_agent_replicas")
                    .help("Replicas by phase; ended ones for a minute.")
                    .labelNames("phase")
                    .register(registry);
    private final Gauge connected =
            Gauge.builder()
                    .name("keelson_agent_connected")
                    .help("1 while the control plane answers.")
                    .register(registry);
    private final Gauge spooled =
            Gauge.builder()
                    .name("keelson_agent_spooled_records")
                    .help("Records on disk that Kafka has not taken yet.")
                    .register(registry);
    private final Gauge dropped =
            Gauge.builder()
                    .name("keelson_agent_dropped_records")
                    .help("Records that the bound of the spool forced out.")
                    .register(registry);
    private final Counter commands =
            Counter.builder()
                    .name("keelson_agent_commands_total")
                    .help("Commands by outcome.")
                    .labelNames("status")
                    .register(registry);
    private final Counter ends =
            Counter.builder()
                    .name("keelson_agent_replica_ends_total")
                    .help("Ended replicas by reason.")
                    .labelNames("reason")
                    .register(registry);
    private final Counter problems =
            Counter.builder()
                    .name("keelson_agent_sample_problems_total")
                    .help("Values of scrapes set aside: NaN, negative or fallen.")
                    .register(registry);

    public PrometheusRegistry registry() {
        return registry;
    }

    public void showReplicas(Collection<ReplicaPhase> phases) {
        Map<ReplicaPhase, Integer> counts = new EnumMap<>(ReplicaPhase.class);
        phases.forEach(phase -> counts.merge(phase, 1, Integer::sum));
        for (ReplicaPhase phase : ReplicaPhase.values()) {
            if (phase != ReplicaPhase.UNRECOGNIZED
                    && phase != ReplicaPhase.REPLICA_PHASE_UNSPECIFIED) {
                replicas.labelValues(phase.name()).set(counts.getOrDefault(phase, 0));
            }
        }
    }

    /**
     * @param spooledRecords records waiting on disk
     * @param droppedRecords records forced out
     */
    public void showLinks(boolean isConnected, long spooledRecords, long droppedRecords) {
        connected.set(isConnected ? 1 : 0);
        spooled.set((double) spooledRecords);
        dropped.set((double) droppedRecords);
    }

    public void countCommand(CommandResult.Status status) {
        commands.labelValues(status.name()).inc();
    }

    public void countEnd(String reason) {
        ends.labelValues(reason.isEmpty() ? "none" : reason).inc();
    }

    public void countProblems(long count) {
        problems.inc(count);
    }
}
