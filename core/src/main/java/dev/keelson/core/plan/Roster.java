package dev.keelson.core.plan;

import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.Node;
import dev.keelson.core.fleet.NodeId;
import dev.keelson.core.fleet.Replica;
import dev.keelson.core.fleet.ReplicaId;
import dev.keelson.core.fleet.ReplicaState;
import dev.keelson.core.plan.PlannerMemory.Start;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The replicas that the plan counts with and the room that is left, drawn up once from state and
 * memory and then kept up to date with what the plan tells replicas to do. Found by hash: names
 * have long common beginnings, and a step asks for each of them many times. Mutable.
 */
final class Roster {
    private final LinkedHashMap<DeploymentId, Team> teams = new LinkedHashMap<>();
    private final LinkedHashMap<NodeId, Site> byNode = new LinkedHashMap<>();
    private final List<Site> sites = new ArrayList<>();
    private final int domains;
    private @Nullable Map<Cell.Key, Cell> cells;

    /** The members of one deployment in the order of their names, and how many are READY. */
    private static final class Team {
        private static final Comparator<Member> BY_NAME = Comparator.comparing(Member::id);

        final ArrayList<Member> members = new ArrayList<>();
        int ready;

        void put(Member m) {
            boolean isLast = members.isEmpty() || BY_NAME.compare(members.getLast(), m) < 0;
            int place =
                    isLast ? members.size() : -1 - Collections.binarySearch(members, m, BY_NAME);
            members.add(place, m);
            ready += m.isReady() ? 1 : 0;
        }

        void ends(ReplicaId id) {
            for (int i = 0; i < members.size(); i++) {
                var m = members.get(i);
                if (m.id().equals(id)) {
                    ready -= m.isReady() ? 1 : 0;
                    members.set(i, m.draining());
                    return;
                }
            }
        }
    }

    Roster(Situation s) {
        var numbers = new LinkedHashMap<String, Integer>();
        for (Node node : s.state.nodes().values()) {
            var domain = node.domain();
            var zone = domain.region() + "\n" + domain.zone();
            var site =
                    new Site(
                            s,
                            node,
                            sites.size(),
                            number(numbers, domain.region()),
                            number(numbers, zone),
                            number(numbers, zone + "\n" + domain.rack()));
            sites.add(site);
            byNode.put(node.id(), site);
        }
        domains = numbers.size();
        for (Replica r : s.state.replicas().values()) {
            var site = byNode.get(r.node());
            if (r.state().isLive() && site != null) {
                site.free -= r.thousandths();
                if (site.isReachable) {
                    put(member(s, r, site));
                }
            }
        }
        s.draft.starts.forEach((id, start) -> {
            var site = byNode.get(start.node());
            if (site != null && !s.isShown(id)) {
                site.free -= start.thousandths();
                if (site.isReachable) {
                    put(member(s, id, start, site));
                }
            }
        });
    }

    private static int number(Map<String, Integer> numbers, String domain) {
        return numbers.computeIfAbsent(domain, name -> numbers.size());
    }

    private static Member member(Situation s, Replica r, Site site) {
        return new Member(
                r.id(),
                r.deployment(),
                r.revision(),
                site,
                s.draft.drains.containsKey(r.id()) ? ReplicaState.DRAINING : r.state(),
                r.decidedAt(),
                r.changedAt());
    }

    private static Member member(Situation s, ReplicaId id, Start start, Site site) {
        return new Member(
                id,
                start.deployment(),
                start.revision(),
                site,
                s.draft.drains.containsKey(id) ? ReplicaState.DRAINING : ReplicaState.PENDING,
                start.at(),
                start.at());
    }

    private void put(Member m) {
        teams.computeIfAbsent(m.deployment(), id -> new Team()).put(m);
        m.site().members++;
    }

    /** The plan starts a replica, which no state shows yet, on a site that takes replicas. */
    void starts(Situation s, ReplicaId id, Start start, Site site) {
        var cell = cellsByKey().get(Cell.Key.of(site));
        if (cell == null) {
            throw new IllegalStateException("%s takes no replicas.".formatted(site.node.id()));
        }
        cell.take(site, start.thousandths());
        put(member(s, id, start, site));
    }

    /** The plan tells a replica to drain or stop. */
    void ends(DeploymentId deployment, ReplicaId id) {
        var team = teams.get(deployment);
        if (team != null) {
            team.ends(id);
        }
    }

    /** In the order of their names, as they are now. */
    List<Member> of(DeploymentId deployment) {
        var team = teams.get(deployment);
        return team == null ? List.of() : List.copyOf(team.members);
    }

    int readyOf(DeploymentId deployment) {
        var team = teams.get(deployment);
        return team == null ? 0 : team.ready;
    }

    /** Those on one node, in no order that means anything. */
    List<Member> on(NodeId node) {
        var site = byNode.get(node);
        if (site == null || site.members == 0) {
            return List.of();
        }
        return teams.values().stream()
                .flatMap(team -> team.members.stream())
                .filter(m -> m.site() == site)
                .toList();
    }

    /** Deployments that have members, in the order of their names. */
    Collection<DeploymentId> deployments() {
        return new TreeSet<>(teams.keySet());
    }

    /** In the order of their names. */
    List<Site> sites() {
        return sites;
    }

    @Nullable Site site(NodeId node) {
        return byNode.get(node);
    }

    /** Sites that take replicas by what they have in common, in the order of their first names. */
    Collection<Cell> cells() {
        return cellsByKey().values();
    }

    private Map<Cell.Key, Cell> cellsByKey() {
        if (cells == null) {
            var open = new LinkedHashMap<Cell.Key, List<Site>>();
            for (Site site : sites) {
                if (site.takesReplicas) {
                    open.computeIfAbsent(Cell.Key.of(site), key -> new ArrayList<>()).add(site);
                }
            }
            var made = new LinkedHashMap<Cell.Key, Cell>();
            open.forEach((key, those) -> made.put(key, new Cell(those)));
            cells = made;
        }
        return cells;
    }

    /** Regions, zones and racks: their numbers are below it. */
    int domains() {
        return domains;
    }
}
