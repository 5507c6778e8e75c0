package dev.keelson.controlplane.observe;

import dev.keelson.controlplane.store.NodeRow;
import dev.keelson.controlplane.store.ReplicaRow.Ending;
import dev.keelson.core.fleet.Accelerator;
import dev.keelson.core.fleet.CapacityType;
import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.EngineLoad;
import dev.keelson.core.fleet.FaultDomain;
import dev.keelson.core.fleet.NodeId;
import dev.keelson.core.fleet.Replica;
import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.core.fleet.ReplicaState;
import dev.keelson.protocol.v1.AgentHello;
import dev.keelson.protocol.v1.EngineSample;
import dev.keelson.protocol.v1.ReplicaPhase;
import dev.keelson.protocol.v1.ReplicaReport;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Agents' words in the model's terms. */
final class Reports {
    private Reports() {}

    static NodeRow.Facts facts(AgentHello hello) {
        return new NodeRow.Facts(
                new FaultDomain(hello.getRegion(), hello.getZone(), hello.getRack()),
                capacityType(hello.getCapacityType()),
                hello.getAcceleratorsList().stream()
                        .map(a -> new Accelerator(a.getModel(), a.getMemoryBytes()))
                        .toList(),
                hello.getCapacityThousandths(),
                hello.getAgentVersion(),
                hello.getMetricsUrl());
    }

    private static CapacityType capacityType(String text) {
        return switch (text) {
            case "SPOT" -> CapacityType.SPOT;
            case "RESERVED" -> CapacityType.RESERVED;
            default -> CapacityType.ON_DEMAND;
        };
    }

    /**
     * State after a report. What was decided wins over what still runs: a replica whose end was
     * decided does not become READY again, and one that was given up for lost and is back is live.
     */
    static ReplicaState state(ReplicaPhase phase, ReplicaState before, Ending ending) {
        var said =
                switch (phase) {
                    case PENDING -> ReplicaState.PENDING;
                    case STARTING -> ReplicaState.STARTING;
                    case READY -> ReplicaState.READY;
                    case DRAINING -> ReplicaState.DRAINING;
                    case STOPPED -> ReplicaState.STOPPED;
                    case FAILED -> ReplicaState.FAILED;
                    case REPLICA_PHASE_UNSPECIFIED, UNRECOGNIZED -> before;
                };
        return said.isLive() && ending != Ending.NONE ? ReplicaState.DRAINING : said;
    }

    /**
     * A replica that an agent runs and nobody here remembers, such as after a loss of the database.
     */
    static Replica unknown(ReplicaId id, NodeId node, ReplicaReport report, Instant now) {
        return Replica.decided(
                id,
                new DeploymentId(report.getDeployment()),
                report.getRevision(),
                node,
                report.getThousandths(),
                now);
    }

    static Replica merge(Replica before, ReplicaReport report, ReplicaState state, Instant now) {
        return new Replica(
                before.id(),
                before.deployment(),
                before.revision(),
                before.node(),
                state,
                before.thousandths(),
                before.decidedAt(),
                before.state() == state ? before.changedAt() : now,
                report.getUrl().isEmpty() ? before.url() : report.getUrl(),
                report.getPid() == 0 ? before.pid() : Long.valueOf(report.getPid()),
                report.getStartedAtMs() == 0
                        ? before.startedAt()
                        : Instant.ofEpochMilli(report.getStartedAtMs()),
                report.hasStartupMs() ? Duration.ofMillis(report.getStartupMs()) : before.startup(),
                report.hasProgressAgeMs() ? Duration.ofMillis(report.getProgressAgeMs()) : null,
                report.hasSample() ? load(report.getSample()) : EngineLoad.UNKNOWN,
                reason(before, report, state));
    }

    private static @Nullable String reason(
            Replica before, ReplicaReport report, ReplicaState state) {
        if (state == ReplicaState.READY || state == ReplicaState.STARTING) {
            return null;
        }
        return report.getReason().isEmpty() ? before.reason() : report.getReason();
    }

    private static EngineLoad load(EngineSample sample) {
        return new EngineLoad(
                sample.hasRunning() ? Double.valueOf(sample.getRunning()) : null,
                sample.hasWaiting() ? Double.valueOf(sample.getWaiting()) : null,
                sample.hasKvUse() ? Double.valueOf(sample.getKvUse()) : null,
                sample.hasGenerationTokensTotal()
                        ? Double.valueOf(sample.getGenerationTokensTotal())
                        : null,
                sample.hasPrefixQueriesTokensTotal()
                        ? Double.valueOf(sample.getPrefixQueriesTokensTotal())
                        : null,
                sample.hasPrefixHitsTokensTotal()
                        ? Double.valueOf(sample.getPrefixHitsTokensTotal())
                        : null);
    }
}
