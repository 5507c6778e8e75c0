package dev.keelson.core.plan;

import dev.keelson.core.fleet.CapacityType;
import dev.keelson.core.fleet.Deployment;
import dev.keelson.core.fleet.NodeId;
import dev.keelson.core.fleet.Replica;
import dev.keelson.core.fleet.ReplicaState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the nodes for new replicas of one deployment: room first, then nodes on which starts did
 * not fail lately, then the cost of its work on the accelerator, then distance from its siblings
 * and from what failed lately. A surge makes hundreds of choices: so siblings are counted once per
 * deployment and domain, and a choice looks at one node a {@link Cell}, the one with the most room
 * of those without a sibling (and not to be avoided, where there is one), and at the nodes that
 * have one. Mutable.
 */
final class Placement {
    private final Situation s;
    private final Deployment d;
    private final KindCosts costs;
    private final double[] cost;
    private final int[] onNode;
    private final int[] inRack;
    private final int[] inZone;
    private final int[] inRegion;
    private int guaranteed;
    private final EnumMap<CapacityType, Integer> ofCapacity = new EnumMap<>(CapacityType.class);
    private final SortedMap<NodeId, Instant> avoided;
    private final boolean[] failedRack;
    private final boolean[] failedZone;
    private final boolean[] failedRegion;
    private final List<Site> withSibling = new ArrayList<>();

    Placement(Situation s, Deployment d, KindCosts costs) {
        this.s = s;
        this.d = d;
        this.costs = costs;
        int domains = s.roster().domains();
        onNode = new int[s.roster().sites().size()];
        cost = new double[onNode.length];
        for (Site site : costs.areAlike() ? List.<Site>of() : s.roster().sites()) {
            cost[site.index] = costs.on(site.node);
        }
        avoided = StartTroubles.avoided(s, d.id());
        inRack = new int[domains];
        inZone = new int[domains];
        inRegion = new int[domains];
        failedRack = new boolean[domains];
        failedZone = new boolean[domains];
        failedRegion = new boolean[domains];
        for (Member m : s.membersOf(d.id())) {
            if (!m.isDraining() && !m.leaving()) {
                add(m.site());
            }
        }
        noteFailures();
    }

    /** A sibling stands there, or was just told to start there. */
    void add(Site site) {
        if (onNode[site.index] == 0) {
            withSibling.add(site);
        }
        onNode[site.index]++;
        inRack[site.rack]++;
        inZone[site.zone]++;
        inRegion[site.region]++;
        ofCapacity.merge(site.node.capacityType(), 1, Integer::sum);
        guaranteed += site.node.capacityType() == CapacityType.SPOT ? 0 : 1;
    }

    private void noteFailures() {
        for (Replica r : s.replicasOf(d.id())) {
            boolean failed =
                    r.state() == ReplicaState.FAILED
                            || (r.state().isLive() && !s.isReachable(r.node()));
            var site = failed ? s.roster().site(r.node()) : null;
            if (site != null) {
                failedRack[site.rack] = true;
                failedZone[site.zone] = true;
                failedRegion[site.region] = true;
            }
        }
    }

    /** The best node with room, or null. */
    @Nullable Site choose() {
        Site best = null;
        for (Cell cell : s.roster().cells()) {
            best = better(best, mostRoomWithoutSibling(cell));
        }
        for (Site site : withSibling) {
            best = better(best, site.takesReplicas && hasRoom(site) ? site : null);
        }
        return best;
    }

    /** The best of its cell but for nodes with siblings; null where those have no room. */
    private @Nullable Site mostRoomWithoutSibling(Cell cell) {
        var sites = cell.byRoom();
        Site toAvoid = null;
        for (int i = 0; i < sites.size() && hasRoom(sites.get(i)); i++) {
            var site = sites.get(i);
            if (onNode[site.index] == 0) {
                if (avoidedUntil(site) == null) {
                    return site;
                }
                toAvoid = toAvoid == null ? site : toAvoid;
            }
        }
        return toAvoid;
    }

    /** Until when the node is chosen only where no other has room; null where that is not so. */
    @Nullable Instant avoidedUntil(Site site) {
        return avoided.isEmpty() ? null : avoided.get(site.node.id());
    }

    /** Nodes that are chosen only where no other has room, in the order of their names. */
    List<Site> avoidedSites() {
        return avoided.keySet().stream().map(s.roster()::site).filter(Objects::nonNull).toList();
    }

    private boolean hasRoom(Site site) {
        return site.free >= d.replicaThousandths() && isAllowed(site);
    }

    private boolean isAllowed(Site site) {
        return cost[site.index] < Double.POSITIVE_INFINITY;
    }

    private @Nullable Site better(@Nullable Site one, @Nullable Site other) {
        return other == null || (one != null && compare(one, other) <= 0) ? one : other;
    }

    /** Less is better, the first criterion that tells them apart decides. */
    private int compare(Site a, Site b) {
        int order = Boolean.compare(avoidedUntil(a) != null, avoidedUntil(b) != null);
        if (order == 0) {
            order = isUnwantedSpot(a) - isUnwantedSpot(b);
        }
        if (order == 0) {
            order = Double.compare(cost[a.index], cost[b.index]);
        }
        if (order == 0) {
            order = onNode[a.index] - onNode[b.index];
        }
        if (order == 0) {
            order = inRack[a.rack] - inRack[b.rack];
        }
        if (order == 0) {
            order = inZone[a.zone] - inZone[b.zone];
        }
        if (order == 0) {
            order = sharedWithFailure(a) - sharedWithFailure(b);
        }
        if (order == 0) {
            order = inRegion[a.region] - inRegion[b.region];
        }
        if (order == 0) {
            order = ofCapacity(a) - ofCapacity(b);
        }
        return order == 0 ? Cell.MOST_ROOM.compare(a, b) : order;
    }

    private int ofCapacity(Site site) {
        return ofCapacity.getOrDefault(site.node.capacityType(), 0);
    }

    /** On capacity that gets notices while too few siblings stand on any other. */
    private int isUnwantedSpot(Site site) {
        return site.node.capacityType() == CapacityType.SPOT
                        && guaranteed < s.policies.spot().minOnDemand()
                ? 1
                : 0;
    }

    /** Leading levels of the fault domain that the nearest failure shares: 0 to 3. */
    private int sharedWithFailure(Site site) {
        if (failedRack[site.rack]) {
            return 3;
        }
        if (failedZone[site.zone]) {
            return 2;
        }
        return failedRegion[site.region] ? 1 : 0;
    }

    /** Why no node has room for one more replica of this size. For the explanation. */
    String whyNone() {
        var sites = s.roster().sites();
        long open = sites.stream().filter(site -> site.takesReplicas && isAllowed(site)).count();
        long other = sites.stream().filter(site -> !isAllowed(site)).count();
        return "%d nodes have less than %d thousandths free and %d take no replicas%s"
                .formatted(
                        open,
                        d.replicaThousandths(),
                        sites.size() - open - other,
                        other == 0
                                ? ""
                                : ", %d are of a kind that it may not use".formatted(other));
    }

    /** The kinds of accelerator that have room for one more. */
    SortedSet<String> kindsWithRoom() {
        var kinds = new TreeSet<String>();
        for (Cell cell : s.roster().cells()) {
            var sites = cell.byRoom();
            if (!sites.isEmpty() && hasRoom(sites.getFirst())) {
                kinds.add(KindCosts.kindOf(sites.getFirst().node));
            }
        }
        return kinds;
    }

    /** What the deployment's work costs on each kind. */
    KindCosts costs() {
        return costs;
    }
}
