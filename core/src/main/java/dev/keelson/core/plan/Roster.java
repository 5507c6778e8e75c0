package dev.keelson.core.plan;

import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.Node;
import dev.keelson.core.fleet.NodeId;
import dev.keelson.core.fleet.Replica;
import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.core.fleet.ReplicaState;
import dev.keelson.core.plan.PlannerMemory.Start;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The replicas that the plan counts with and the room that is left, drawn up once from state and
 * memory and then kept up to date with what the plan tells replicas to do. Mutable.
 */
final class Roster {
    private final TreeMap<DeploymentId, TreeMap<ReplicaId, Member>> members = new TreeMap<>();
    private final TreeMap<NodeId, Site> byNode = new TreeMap<>();
    private final List<Site> sites = new ArrayList<>();

    Roster(Situation s) {
        var numbers = new TreeMap<String, Integer>();
        for (Node node : s.state.nodes().values()) {
            var domain = node.domain();
            var zone = domain.region() + "\n" + domain.zone();
            var site =
                    new Site(
                            node,
                            sites.size(),
                            number(numbers, domain.region()),
                            number(numbers, zone),
                            number(numbers, zone + "\n" + domain.rack()),
                            s.takesReplicas(node));
            sites.add(site);
            byNode.put(node.id(), site);
        }
        for (Replica r : s.state.replicas().values()) {
            if (r.state().isLive()) {
                take(r.node(), r.thousandths());
                if (s.isReachable(r.node())) {
                    put(member(s, r));
                }
            }
        }
        s.draft.starts.forEach((id, start) -> {
            if (!s.state.replicas().containsKey(id)) {
                take(start.node(), start.thousandths());
                if (s.isReachable(start.node())) {
                    put(member(s, id, start));
                }
            }
        });
    }

    private static int number(SortedMap<String, Integer> numbers, String domain) {
        return numbers.computeIfAbsent(domain, name -> numbers.size());
    }

    private static Member member(Situation s, Replica r) {
        return new Member(
                r.id(),
                r.deployment(),
                r.revision(),
                r.node(),
                s.draft.drains.containsKey(r.id()) ? ReplicaState.DRAINING : r.state(),
                r.decidedAt(),
                r.changedAt(),
                s.isLeaving(r.node()));
    }

    private static Member member(Situation s, ReplicaId id, Start start) {
        return new Member(
                id,
                start.deployment(),
                start.revision(),
                start.node(),
                s.draft.drains.containsKey(id) ? ReplicaState.DRAINING : ReplicaState.PENDING,
                start.at(),
                start.at(),
                s.isLeaving(start.node()));
    }

    private void put(Member m) {
        members.computeIfAbsent(m.deployment(), id -> new TreeMap<>()).put(m.id(), m);
    }

    private void take(NodeId node, int thousandths) {
        var site = byNode.get(node);
        if (site != null) {
            site.free -= thousandths;
        }
    }

    /** The plan starts a replica that no state shows yet. */
    void starts(Situation s, ReplicaId id, Start start) {
        take(start.node(), start.thousandths());
        put(member(s, id, start));
    }

    /** The plan tells a replica to drain or stop. */
    void ends(DeploymentId deployment, ReplicaId id) {
        var of = members.get(deployment);
        if (of != null) {
            of.computeIfPresent(id, (same, m) -> m.draining());
        }
    }

    /** In the order of the deployments' and then of the replicas' names. */
    List<Member> all() {
        return members.values().stream().flatMap(of -> of.values().stream()).toList();
    }

    /** In the order of their names. */
    List<Member> of(DeploymentId deployment) {
        var of = members.get(deployment);
        return of == null ? List.of() : List.copyOf(of.values());
    }

    /** In the order of their names. */
    List<Site> sites() {
        return sites;
    }

    @Nullable Site site(NodeId node) {
        return byNode.get(node);
    }
}
