package dev.keelson.core.plan;

import dev.keelson.core.fleet.CapacityType;
import dev.keelson.core.fleet.Deployment;
import dev.keelson.core.fleet.FaultDomain;
import dev.keelson.core.fleet.Node;
import dev.keelson.core.fleet.ReplicaState;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the node for a new replica: room first, then distance from its siblings and from what
 * failed lately.
 */
final class Placement {
    private Placement() {}

    static @Nullable Node choose(Situation s, Deployment d) {
        var siblings = new ArrayList<Node>();
        int guaranteed = 0;
        for (var m : s.membersOf(d.id())) {
            var node = s.state.nodes().get(m.node());
            if (node == null || m.isDraining() || m.leaving()) {
                continue;
            }
            siblings.add(node);
            if (node.capacityType() != CapacityType.SPOT) {
                guaranteed++;
            }
        }
        var needsGuaranteed = guaranteed < s.policies.spot().minOnDemand();
        var failed = failedDomains(s, d);
        return s.state.nodes().values().stream()
                .filter(n -> s.takesReplicas(n) && s.freeThousandths(n) >= d.replicaThousandths())
                .min(order(s, siblings, failed, needsGuaranteed))
                .orElse(null);
    }

    private static Comparator<Node> order(
            Situation s, List<Node> siblings, List<FaultDomain> failed, boolean needsGuaranteed) {
        return Comparator.comparing(
                        (Node n) -> needsGuaranteed && n.capacityType() == CapacityType.SPOT)
                .thenComparingLong(
                        n -> siblings.stream().filter(o -> o.id().equals(n.id())).count())
                .thenComparingLong(n -> sharing(n, siblings, 3))
                .thenComparingLong(n -> sharing(n, siblings, 2))
                .thenComparingInt(n ->
                        failed.stream().mapToInt(f -> f.sharedLevels(n.domain())).max().orElse(0))
                .thenComparingLong(n -> sharing(n, siblings, 1))
                .thenComparingLong(n ->
                        siblings.stream().filter(o -> o.capacityType() == n.capacityType()).count())
                .thenComparingInt(n -> -s.freeThousandths(n))
                .thenComparing(Node::id);
    }

    private static long sharing(Node node, List<Node> siblings, int levels) {
        return siblings.stream()
                .filter(o -> o.domain().sharedLevels(node.domain()) >= levels)
                .count();
    }

    private static List<FaultDomain> failedDomains(Situation s, Deployment d) {
        var domains = new ArrayList<FaultDomain>();
        for (var r : s.state.replicas().values()) {
            var failed =
                    r.state() == ReplicaState.FAILED
                            || (r.state().isLive() && !s.isReachable(r.node()));
            var node = s.state.nodes().get(r.node());
            if (failed && node != null && r.deployment().equals(d.id())) {
                domains.add(node.domain());
            }
        }
        return domains;
    }

    /** Room for one more replica of this size on nodes of this judgement? For the explanation. */
    static String whyNone(Situation s, Deployment d) {
        int full = 0;
        int closed = 0;
        for (Node n : s.state.nodes().values()) {
            if (s.takesReplicas(n)) {
                full++;
            } else {
                closed++;
            }
        }
        return "%d nodes have less than %d thousandths free and %d take no replicas"
                .formatted(full, d.replicaThousandths(), closed);
    }
}
