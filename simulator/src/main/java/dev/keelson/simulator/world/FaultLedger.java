package dev.keelson.simulator.world;

import dev.keelson.core.fleet.ReplicaState;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What struck the fleet, when it was found, and who was taken for broken without being so. Mutable.
 */
final class FaultLedger {
    /** A verdict may come so long after the end of what it is about. */
    private static final double AFTERWARDS_SECONDS = 60;

    private static final class Struck {
        final String kind;
        final double at;
        final double until;
        final SimNode node;
        final @Nullable SimReplica replica;
        double foundAt = Double.NaN;

        Struck(String kind, double at, double until, SimNode node, @Nullable SimReplica replica) {
            this.kind = kind;
            this.at = at;
            this.until = until;
            this.node = node;
            this.replica = replica;
        }

        boolean isAbout(SimReplica r) {
            if (r.node != node) {
                return false;
            }
            // One that does not start and one that does not work are about different faults.
            return kind.equals("stuck-pending")
                    ? r.state == ReplicaState.STARTING
                    : replica == null || replica == r || r.doomed;
        }

        boolean isAbout(SimNode n) {
            return n == node && (kind.endsWith("-loss") || kind.startsWith("xid"));
        }
    }

    private final List<Struck> struck = new ArrayList<>();
    private final TreeSet<String> wronglyAccused = new TreeSet<>();
    private int wanted;
    private double missingSeconds;

    /** So many working replicas should there be: what is missing of them counts as lost. */
    void expect(int replicas) {
        wanted = replicas;
    }

    void strikeNode(String kind, double now, double until, SimNode node) {
        strike(kind, now, until, node, null);
    }

    /**
     * @param replica whose engine it hits; null where it hits all of the node
     */
    void strike(String kind, double now, double until, SimNode node, @Nullable SimReplica replica) {
        struck.add(new Struck(kind, now, until, node, replica));
    }

    /** Somebody takes this replica for broken. */
    void accuse(SimReplica r, double now) {
        boolean right = false;
        for (Struck s : struck) {
            right |= s.isAbout(r) && find(s, now);
        }
        if (!right) {
            wronglyAccused.add("replica " + r.id);
        }
    }

    /** Somebody takes this node for broken. */
    void accuse(SimNode n, double now) {
        boolean right = false;
        for (Struck s : struck) {
            right |= s.isAbout(n) && find(s, now);
        }
        if (!right) {
            wronglyAccused.add("node " + n.id);
        }
    }

    private static boolean find(Struck s, double now) {
        if (now > s.until + AFTERWARDS_SECONDS) {
            return false;
        }
        if (Double.isNaN(s.foundAt)) {
            s.foundAt = now;
        }
        return true;
    }

    /** Lets time pass. */
    void pass(List<SimReplica> replicas, double seconds) {
        if (wanted > 0) {
            double working = 0;
            for (SimReplica r : replicas) {
                working += r.pull();
            }
            missingSeconds += seconds * Math.max(0, wanted - working);
        }
    }

    List<RecoveryResult.Fault> faults() {
        return struck.stream()
                .map(s ->
                        new RecoveryResult.Fault(
                                s.kind,
                                s.node.id.value(),
                                s.at,
                                Double.isNaN(s.foundAt) ? null : s.foundAt - s.at))
                .toList();
    }

    List<String> falsePositives() {
        return List.copyOf(wronglyAccused);
    }

    double capacityLostReplicaHours() {
        return missingSeconds / 3_600;
    }
}
