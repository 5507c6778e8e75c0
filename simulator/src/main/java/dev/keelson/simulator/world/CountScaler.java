package dev.keelson.simulator.world;

import dev.keelson.core.fleet.CapacityType;
import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.core.fleet.ReplicaState;
import dev.keelson.simulator.baseline.Autoscaler;
import dev.keelson.simulator.baseline.FleetSample;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Carries out another system's replica count as a Kubernetes Deployment does: missing replicas
 * start on the node with the most room, surplus ones go not-ready first, then newest first, and
 * finish their requests. A lost replica is missed at once; an engine that hangs is ended by its
 * liveness probe if its health page is silent.
 */
final class CountScaler implements Scaler {
    private static final double DRAIN_SECONDS = 60;

    private final Autoscaler autoscaler;
    private final Telemetry<FleetSample> telemetry;
    private final @Nullable SpotHedge hedge;
    private int target = -1;
    private int next = 1;

    CountScaler(Autoscaler autoscaler, Telemetry<FleetSample> telemetry) {
        this(autoscaler, telemetry, null);
    }

    /**
     * @param hedge null to start on on-demand nodes as long as there are any
     */
    CountScaler(
            Autoscaler autoscaler, Telemetry<FleetSample> telemetry, @Nullable SpotHedge hedge) {
        this.autoscaler = autoscaler;
        this.telemetry = telemetry;
        this.hedge = hedge;
    }

    @Override
    public SortedMap<String, String> parameters() {
        var parameters = autoscaler.parameters();
        if (hedge != null) {
            parameters.put("capacity", "spot by SkyServe's placer, with its on-demand fallback");
        }
        return parameters;
    }

    @Override
    public OptionalInt initial() {
        return autoscaler.initial();
    }

    @Override
    public void tick(FleetWorld world) {
        var fleet = world.fleet();
        endSilent(world);
        var live = staying(world);
        if (target < 0) {
            target = live.size();
        }
        var seen = telemetry.pass(world.now(), sample(world, live));
        var wanted =
                seen == null ? OptionalInt.empty() : autoscaler.step(seen.at(world.now(), target));
        if (wanted.isPresent()) {
            int bounded =
                    Math.max(fleet.minReplicas(), Math.min(fleet.maxReplicas(), wanted.getAsInt()));
            world.scaled(target, bounded);
            target = bounded;
        }
        if (hedge != null) {
            hedge.carryOut(world, live, target, () -> new ReplicaId("r-" + next++));
            return;
        }
        for (int i = live.size(); i < target; i++) {
            var node = roomiest(world);
            if (node == null) {
                break;
            }
            world.start(new ReplicaId("r-" + next++), node);
        }
        if (live.size() > target) {
            live.sort(
                    Comparator.comparing((SimReplica r) -> r.state == ReplicaState.READY)
                            .thenComparingDouble(r -> -r.decidedSeconds)
                            .thenComparing(r -> r.id));
            List.copyOf(live.subList(0, live.size() - target))
                    .forEach(r -> world.drain(r, DRAIN_SECONDS));
        }
    }

    /** Engines whose health page is silent: the only hang that a liveness probe sees. */
    private static void endSilent(FleetWorld world) {
        for (SimReplica r : world.replicas()) {
            if (r.isHung()
                    && !r.healthAnswers
                    && world.now() - r.hungSeconds >= KubernetesRecovery.LIVENESS_SECONDS) {
                world.fail(r, "its liveness probe failed");
            }
        }
    }

    private static List<SimReplica> staying(FleetWorld world) {
        var staying = new ArrayList<SimReplica>();
        for (SimReplica r : world.replicas()) {
            if (r.isLive() && !r.lost && r.state != ReplicaState.DRAINING) {
                staying.add(r);
            }
        }
        return staying;
    }

    private static @Nullable SimNode roomiest(FleetWorld world) {
        int gpus = world.fleet().gpusPerReplica();
        return world.nodes().stream()
                .filter(n -> n.takesReplicas() && n.gpusFree() >= gpus)
                .min(
                        Comparator.comparing((SimNode n) -> n.group.capacity() == CapacityType.SPOT)
                                .thenComparing(SimNode.EMPTIEST))
                .orElse(null);
    }

    private FleetSample sample(FleetWorld world, List<SimReplica> live) {
        var replicas = new ArrayList<FleetSample.ReplicaSample>(live.size());
        double kvTokens = world.usableKvTokens();
        for (SimReplica r : live) {
            var load = r.engine.load(world.now());
            replicas.add(
                    new FleetSample.ReplicaSample(
                            r.id.value(),
                            r.state == ReplicaState.READY,
                            r.node.group.capacity() == CapacityType.SPOT,
                            load.running(),
                            load.waiting(),
                            kvTokens,
                            load.kvUsedTokens(),
                            load.queuedPrefillTokens(),
                            load.decodeKvTokens()));
        }
        var seen = world.counters();
        return new FleetSample(
                world.now(),
                target,
                replicas,
                world.queued(),
                seen.arrivals(),
                seen.arrivedPromptTokens(),
                seen.completions(),
                seen.completedPromptTokens(),
                seen.completedOutputTokens());
    }
}
