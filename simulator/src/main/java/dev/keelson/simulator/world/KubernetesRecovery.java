package dev.keelson.simulator.world;

import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.core.fleet.ReplicaState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of pods, mended as Kubernetes does with its defaults: an engine that ends is
 * started again in its place with growing delays, a health page that is silent for 3 probes of 10 s
 * ends it after the grace period of 30 s, a node that is silent for 50 s is not ready and loses its
 * pods 300 s later, at once if its machine is gone at the provider. Spot notices, XIDs, slow
 * engines and pods that never start mean nothing to it. {@link Extra} adds what another system puts
 * on top.
 */
final class KubernetesRecovery implements Scaler {
    private static final double PROBES_SECONDS = 3 * 10;
    private static final double GRACE_SECONDS = 30;

    /** From the first silence of a health page to the end of its engine. */
    static final double LIVENESS_SECONDS = PROBES_SECONDS + GRACE_SECONDS;

    private static final double NOT_READY_SECONDS = 50;
    private static final double TOLERATION_SECONDS = 300;
    private static final double FIRST_BACK_OFF_SECONDS = 10;
    private static final double LONGEST_BACK_OFF_SECONDS = 300;
    private static final double FORGIVEN_SECONDS = 600;

    /** What another system does besides. */
    interface Extra {
        SortedMap<String, String> parameters();

        void tick(FleetWorld world, KubernetesRecovery pods);
    }

    private static final class Pod {
        SimReplica replica;
        int restarts;
        boolean evicted;

        Pod(SimReplica replica) {
            this.replica = replica;
        }
    }

    private final List<Pod> pods = new ArrayList<>();
    private final @Nullable Extra extra;
    private int wanted = -1;
    private int next = 1;
    private @Nullable SimNode unwelcome;

    KubernetesRecovery(@Nullable Extra extra) {
        this.extra = extra;
    }

    @Override
    public SortedMap<String, String> parameters() {
        var p = new TreeMap<String, String>();
        p.put("livenessProbes", "3x10s");
        p.put("terminationGrace", "30s");
        p.put("nodeNotReady", "50s");
        p.put("toleration", "300s");
        p.put("restartBackoff", "0s,10s..300s");
        if (extra != null) {
            p.putAll(extra.parameters());
        }
        return p;
    }

    @Override
    public OptionalInt initial() {
        return OptionalInt.empty();
    }

    @Override
    public void tick(FleetWorld world) {
        if (wanted < 0) {
            world.replicas().forEach(r -> pods.add(new Pod(r)));
            wanted = pods.size();
        }
        pods.forEach(pod -> care(world, pod));
        if (extra != null) {
            extra.tick(world, this);
        }
        pods.removeIf(pod -> pod.evicted);
        while (pods.size() < wanted) {
            var node = roomiest(world);
            if (node == null) {
                break;
            }
            pods.add(new Pod(world.start(nextName(), node)));
        }
    }

    private ReplicaId nextName() {
        return new ReplicaId("pod-" + next++);
    }

    private void care(FleetWorld world, Pod pod) {
        var r = pod.replica;
        double now = world.now();
        if (!r.node.up) {
            careOnDeadNode(world, pod);
        } else if (!r.isLive()) {
            restart(world, pod);
        } else if (r.isHung() && !r.healthAnswers && now - r.hungSeconds >= PROBES_SECONDS) {
            world.ledger().accuse(r, now);
            if (now - r.hungSeconds >= LIVENESS_SECONDS) {
                world.fail(r, "its liveness probe failed");
            }
        }
    }

    private static void careOnDeadNode(FleetWorld world, Pod pod) {
        var node = pod.replica.node;
        double silent = world.now() - node.lastHeardSeconds;
        if (silent >= NOT_READY_SECONDS) {
            world.ledger().accuse(node, world.now());
        }
        boolean machineIsGone = !Double.isNaN(node.noticeSeconds);
        if (silent >= NOT_READY_SECONDS + (machineIsGone ? 0 : TOLERATION_SECONDS)) {
            world.stop(pod.replica);
            pod.evicted = true;
        }
    }

    private void restart(FleetWorld world, Pod pod) {
        var r = pod.replica;
        double now = world.now();
        if (r.state == ReplicaState.FAILED) {
            world.ledger().accuse(r, now);
        }
        if (r.served && r.changedSeconds - r.readySeconds >= FORGIVEN_SECONDS) {
            pod.restarts = 0;
        }
        double delay =
                pod.restarts == 0
                        ? 0
                        : Math.min(
                                LONGEST_BACK_OFF_SECONDS,
                                FIRST_BACK_OFF_SECONDS * (1L << Math.min(10, pod.restarts - 1)));
        if (now >= r.changedSeconds + delay && r.node.isFree(r.gpus)) {
            pod.replica = world.start(nextName(), r.node, r.gpus);
            pod.restarts++;
        }
    }

    /** Ends the pods of a node, or this one; they are made anew elsewhere at once. */
    void evict(FleetWorld world, SimNode from, @Nullable SimReplica only, double within) {
        for (Pod pod : pods) {
            if (pod.replica.node == from && (only == null || pod.replica == only)) {
                world.drain(pod.replica, within);
                pod.evicted = true;
            }
        }
    }

    /** Others are better for new pods as long as they have room. */
    void avoid(SimNode node) {
        unwelcome = node;
    }

    private @Nullable SimNode roomiest(FleetWorld world) {
        int gpus = world.fleet().gpusPerReplica();
        return world.nodes().stream()
                .filter(n -> n.up && !n.cordoned && n.gpusFree() >= gpus)
                .min(
                        Comparator.comparing((SimNode n) -> n == unwelcome)
                                .thenComparing(SimNode.EMPTIEST))
                .orElse(null);
    }
}
