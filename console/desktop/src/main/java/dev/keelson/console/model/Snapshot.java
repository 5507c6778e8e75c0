package dev.keelson.console.model;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The whole fleet at one moment, as the event stream tells it. What is unknown is null, never zero.
 */
public record Snapshot(
        Status status,
        List<DeploymentRow> deployments,
        List<NodeRow> nodes,
        List<ReplicaRow> replicas,
        List<IncidentRow> incidents,
        List<Point> points) {
    public Snapshot {
        deployments = List.copyOf(deployments);
        nodes = List.copyOf(nodes);
        replicas = List.copyOf(replicas);
        incidents = List.copyOf(incidents);
        points = List.copyOf(points);
    }

    /**
     * @param degraded what is missing, in sentences
     * @param freezes in words: who, why, until when
     */
    public record Status(
            String state,
            @Nullable Double epoch,
            boolean paced,
            boolean breakerOpen,
            List<String> degraded,
            List<String> freezes) {
        public static final Status UNKNOWN =
                new Status("unknown", null, false, false, List.of(), List.of());

        public Status {
            degraded = List.copyOf(degraded);
            freezes = List.copyOf(freezes);
        }
    }

    public record DeploymentRow(
            String name,
            @Nullable Double wanted,
            @Nullable Double min,
            @Nullable Double max,
            @Nullable Double sloTtftMs) {}

    /**
     * @param notice in words; empty where none stands
     */
    public record NodeRow(
            String name,
            String domain,
            String capacityType,
            String state,
            boolean cordoned,
            @Nullable Double heartbeatAgeMs,
            String notice) {}

    public record ReplicaRow(
            String name,
            String deployment,
            @Nullable Double revision,
            String node,
            String state,
            @Nullable Double inFlight,
            @Nullable Double queued,
            @Nullable Double kvUse,
            @Nullable Double startupMs) {}

    public record IncidentRow(
            String id,
            String kind,
            String target,
            Instant openedAt,
            @Nullable Double detectedMs,
            @Nullable Double reroutedMs,
            @Nullable Double recoveredMs,
            @Nullable Instant resolvedAt,
            List<String> evidence) {
        public IncidentRow {
            evidence = List.copyOf(evidence);
        }
    }

    /** One second of one deployment. */
    public record Point(
            Instant time,
            String deployment,
            @Nullable Double wanted,
            @Nullable Double ready,
            @Nullable Double starting,
            @Nullable Double draining,
            @Nullable Double inFlight,
            @Nullable Double queued,
            @Nullable Double arrivalsPerSecond,
            @Nullable Double ttftP50Seconds,
            @Nullable Double ttftP99Seconds,
            @Nullable Double demandAgeMs) {}
}
