package dev.keelson.core.plan;

import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.NodeId;
import dev.keelson.core.plan.PlannerMemory.StartTrouble;
import java.time.Duration;
import java.time.Instant;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Nodes on which starts failed, to be avoided for a while where another has room. Each deployment
 * remembers its own: what fails on a node may be the deployment's fault. That two of them avoid it
 * is the node's: then all do.
 */
final class StartTroubles {
    /** First time of avoidance; each further failure on the node doubles it. */
    static final Duration FIRST = Duration.ofMinutes(5);

    private static final int LONGEST_DOUBLINGS = 4;

    /** So long after a node is not avoided any more its failures are forgotten. */
    static final Duration KEPT = FIRST.multipliedBy(1L << LONGEST_DOUBLINGS);

    /** A start that times out tells at once; one whose engine ended is tried once more. */
    private static final int AVOIDED_FROM = 2;

    /** Deployments that avoid a node, its own word counting as so many. */
    private static final int TO_BELIEVE = 2;

    private StartTroubles() {}

    static void failed(Situation s, Draft.Deployed d, NodeId node, boolean timedOut) {
        var before = d.startTroubles.get(node);
        int weight = timedOut ? AVOIDED_FROM : 1;
        int failures = before == null ? weight : before.weight() + weight;
        int doublings = StrictMath.min(failures - AVOIDED_FROM, LONGEST_DOUBLINGS);
        var wait = doublings < 0 ? Duration.ZERO : FIRST.multipliedBy(1L << doublings);
        d.startTroubles.put(node, new StartTrouble(failures, s.now.plus(wait)));
    }

    /** Nodes that a deployment avoids now, and until when. */
    static SortedMap<NodeId, Instant> avoided(Situation s, DeploymentId id) {
        var until = new TreeMap<NodeId, Instant>();
        var believed = new TreeMap<NodeId, Integer>();
        s.draft.deployments.forEach((whose, d) ->
                d.startTroubles.forEach((node, trouble) -> {
                    if (trouble.avoidUntil().isAfter(s.now)) {
                        until.merge(node, trouble.avoidUntil(), (a, b) -> a.isAfter(b) ? a : b);
                        believed.merge(node, whose.equals(id) ? TO_BELIEVE : 1, Integer::sum);
                    }
                }));
        until.keySet().removeIf(node -> believed.getOrDefault(node, 0) < TO_BELIEVE);
        return until;
    }

    /** What is long past, and nodes that are not there any more. */
    static void forget(Situation s, Draft.Deployed d) {
        d.startTroubles
                .entrySet()
                .removeIf(e ->
                        !s.state.nodes().containsKey(e.getKey())
                                || !e.getValue().avoidUntil().plus(KEPT).isAfter(s.now));
    }
}
