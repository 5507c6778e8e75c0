package dev.keelson.simulator.world;

import dev.keelson.core.fleet.CapacityType;
import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.core.fleet.ReplicaState;
import dev.keelson.simulator.baseline.SkyServeRules;
import dev.keelson.simulator.baseline.SpotPlacer;
import dev.keelson.simulator.trace.Fleet;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Carries out a replica count on spot nodes as SkyServe does: its placer chooses the group of
 * nodes, and on-demand replicas stand in for spot ones that are not READY. A group that has no node
 * left is to the placer as one that was preempted. Mutable.
 */
final class SpotHedge {
    private static final double DRAIN_SECONDS = 60;

    private final List<Fleet.NodeGroup> groups;
    private final SpotPlacer placer;
    private final Set<ReplicaId> lost = new HashSet<>();
    private final Set<ReplicaId> launched = new HashSet<>();

    /**
     * @param fleet has at least one group of spot nodes
     */
    SpotHedge(Fleet fleet) {
        groups = fleet.nodes().stream().filter(SpotHedge::isSpot).toList();
        if (groups.isEmpty()) {
            throw new IllegalArgumentException(
                    "The option spot=1 needs nodes with 'capacity: SPOT' in the fleet file.");
        }
        placer = new SpotPlacer(groups.stream().map(Fleet.NodeGroup::pricePerGpuHour).toList());
    }

    private static boolean isSpot(Fleet.NodeGroup group) {
        return group.capacity() == CapacityType.SPOT;
    }

    /**
     * @param staying replicas that are there and not draining
     */
    void carryOut(
            FleetWorld world, List<SimReplica> staying, int target, Supplier<ReplicaId> names) {
        learn(world);
        var members = new ArrayList<SkyServeRules.Member>();
        for (int i = 0; i < staying.size(); i++) {
            var r = staying.get(i);
            members.add(
                    new SkyServeRules.Member(
                            i,
                            r.state == ReplicaState.READY
                                    ? SkyServeRules.Status.READY
                                    : SkyServeRules.Status.STARTING,
                            isSpot(r.node.group)));
        }
        var moves = rules(target).moves(members);
        moves.end().forEach(i -> world.drain(staying.get(i), DRAIN_SECONDS));
        for (int i = 0; i < moves.startSpot(); i++) {
            start(world, spotNode(world), names);
        }
        for (int i = 0; i < moves.startOnDemand(); i++) {
            start(world, roomiest(world, null), names);
        }
    }

    private static SkyServeRules rules(int target) {
        return new SkyServeRules(
                new SkyServeRules.Config(0, target, 1, 60, 15, 60, 0, true, 0, true), target);
    }

    private static void start(FleetWorld world, @Nullable SimNode node, Supplier<ReplicaId> names) {
        if (node != null) {
            world.start(names.get(), node);
        }
    }

    /** Tells the placer what was lost and what came up. */
    private void learn(FleetWorld world) {
        for (SimReplica r : world.replicas()) {
            int group = groups.indexOf(r.node.group);
            if (group < 0) {
                continue;
            }
            if (r.lost && lost.add(r.id)) {
                placer.preempted(group);
            } else if (r.takesRequests() && launched.add(r.id)) {
                placer.launched(group);
            }
        }
    }

    private @Nullable SimNode spotNode(FleetWorld world) {
        var used = new TreeSet<Integer>();
        for (SimReplica r : world.replicas()) {
            int group = groups.indexOf(r.node.group);
            if (group >= 0 && r.isLive() && !r.lost) {
                used.add(group);
            }
        }
        for (int tried = 0; tried < groups.size(); tried++) {
            int group = placer.select(used);
            var node = roomiest(world, groups.get(group));
            if (node != null) {
                return node;
            }
            placer.preempted(group);
        }
        return null;
    }

    /**
     * @param group null for on-demand nodes
     */
    private static @Nullable SimNode roomiest(FleetWorld world, Fleet.@Nullable NodeGroup group) {
        int gpus = world.fleet().gpusPerReplica();
        return world.nodes().stream()
                .filter(n -> group == null ? !isSpot(n.group) : n.group.equals(group))
                .filter(n -> n.takesReplicas() && n.gpusFree() >= gpus)
                .min(SimNode.EMPTIEST)
                .orElse(null);
    }
}
