package dev.keelson.core.plan;

import dev.keelson.core.fleet.CapacityType;
import dev.keelson.core.fleet.Deployment;
import dev.keelson.core.fleet.Replica;
import dev.keelson.core.fleet.ReplicaState;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the node for a new replica: room first, then distance from its siblings and from what
 * failed lately. One choice looks at every node, and a surge makes hundreds of choices: so siblings
 * are counted once per domain and a node's rank is a row of small numbers.
 */
final class Placement {
    private final Situation s;
    private final Deployment d;
    private final int[] onNode;
    private final int[] inRack;
    private final int[] inZone;
    private final int[] inRegion;
    private final EnumMap<CapacityType, Integer> ofCapacity = new EnumMap<>(CapacityType.class);

    private final boolean[] failedRack;
    private final boolean[] failedZone;
    private final boolean[] failedRegion;
    private final boolean needsGuaranteed;

    private Placement(Situation s, Deployment d) {
        this.s = s;
        this.d = d;
        int domains = 3 * s.sites().size();
        onNode = new int[s.sites().size()];
        inRack = new int[domains];
        inZone = new int[domains];
        inRegion = new int[domains];
        failedRack = new boolean[domains];
        failedZone = new boolean[domains];
        failedRegion = new boolean[domains];
        int guaranteed = countSiblings();
        needsGuaranteed = guaranteed < s.policies.spot().minOnDemand();
        noteFailures();
    }

    /** The best node with room, or null. */
    static @Nullable Site choose(Situation s, Deployment d) {
        return new Placement(s, d).best();
    }

    private int countSiblings() {
        int guaranteed = 0;
        for (Member m : s.membersOf(d.id())) {
            var site = s.site(m.node());
            if (site == null || m.isDraining() || m.leaving()) {
                continue;
            }
            onNode[site.index]++;
            inRack[site.rack]++;
            inZone[site.zone]++;
            inRegion[site.region]++;
            ofCapacity.merge(site.node.capacityType(), 1, Integer::sum);
            guaranteed += site.node.capacityType() == CapacityType.SPOT ? 0 : 1;
        }
        return guaranteed;
    }

    private void noteFailures() {
        for (Replica r : s.replicasOf(d.id())) {
            boolean failed =
                    r.state() == ReplicaState.FAILED
                            || (r.state().isLive() && !s.isReachable(r.node()));
            var site = s.site(r.node());
            if (failed && site != null) {
                failedRack[site.rack] = true;
                failedZone[site.zone] = true;
                failedRegion[site.region] = true;
            }
        }
    }

    private @Nullable Site best() {
        Site best = null;
        int[] bestRank = {};
        for (Site site : s.sites()) {
            if (!site.takesReplicas || site.free < d.replicaThousandths()) {
                continue;
            }
            int[] rank = rank(site);
            // Sites come in the order of their names: the first of equals stays.
            if (best == null || Arrays.compare(rank, bestRank) < 0) {
                best = site;
                bestRank = rank;
            }
        }
        return best;
    }

    /** Less is better, the first number first. */
    private int[] rank(Site site) {
        var capacity = site.node.capacityType();
        return new int[] {
            needsGuaranteed && capacity == CapacityType.SPOT ? 1 : 0,
            onNode[site.index],
            inRack[site.rack],
            inZone[site.zone],
            sharedWithFailure(site),
            inRegion[site.region],
            ofCapacity.getOrDefault(capacity, 0),
            -site.free
        };
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
    static String whyNone(Situation s, Deployment d) {
        List<Site> sites = s.sites();
        long open = sites.stream().filter(site -> site.takesReplicas).count();
        return "%d nodes have less than %d thousandths free and %d take no replicas"
                .formatted(open, d.replicaThousandths(), sites.size() - open);
    }
}
