package dev.keelson.core.plan;

import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.NodeId;
import dev.keelson.core.fleet.NodeState;
import dev.keelson.core.fleet.ReplicaId;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the planner carries from one plan to the next. It is an input and an output, stored and
 * journalled, so that planning stays a pure function. It stays equal while nothing happens, so that
 * an idle fleet writes nothing.
 *
 * @param nextReplica number in the name of the next replica
 * @param nodes judgement of each node: what `get nodes` shows
 * @param incidents open ones by "kind target"
 * @param answeredRequests operator requests that were answered and still stand in the state
 * @param starts replicas told to start that no state has shown yet
 * @param drains replicas told to drain or stop, and when
 * @param seenReady replicas that were READY once: their end is a loss, not a failed start
 * @param lost replicas whose loss was answered; one that returns is surplus first
 * @param drainingNodes nodes that an operator wants empty or that were released, and since when
 * @param idleSince since when a provided node has no replica
 * @param cordoned nodes that the planner cordoned for a notice
 * @param holds what is being held back now, so that it is told once
 * @param breaker null while closed
 * @param acquisition the node being acquired; null while none
 */
public record PlannerMemory(
        long nextReplica,
        SortedMap<DeploymentId, DeploymentMemory> deployments,
        SortedMap<NodeId, NodeState> nodes,
        SortedMap<String, OpenIncident> incidents,
        SortedSet<String> answeredRequests,
        SortedMap<ReplicaId, Start> starts,
        SortedMap<ReplicaId, Instant> drains,
        SortedSet<ReplicaId> seenReady,
        SortedSet<ReplicaId> lost,
        SortedMap<NodeId, Instant> drainingNodes,
        SortedMap<NodeId, Instant> idleSince,
        SortedSet<NodeId> cordoned,
        SortedSet<String> holds,
        @Nullable Breaker breaker,
        @Nullable Acquisition acquisition) {
    public static final PlannerMemory EMPTY =
            new PlannerMemory(
                    1,
                    new TreeMap<>(),
                    new TreeMap<>(),
                    new TreeMap<>(),
                    new TreeSet<>(),
                    new TreeMap<>(),
                    new TreeMap<>(),
                    new TreeSet<>(),
                    new TreeSet<>(),
                    new TreeMap<>(),
                    new TreeMap<>(),
                    new TreeSet<>(),
                    new TreeSet<>(),
                    null,
                    null);

    public PlannerMemory {
        deployments = sorted(deployments);
        nodes = sorted(nodes);
        incidents = sorted(incidents);
        answeredRequests = sorted(answeredRequests);
        starts = sorted(starts);
        drains = sorted(drains);
        seenReady = sorted(seenReady);
        lost = sorted(lost);
        drainingNodes = sorted(drainingNodes);
        idleSince = sorted(idleSince);
        cordoned = sorted(cordoned);
        holds = sorted(holds);
    }

    private static <K, V> SortedMap<K, V> sorted(SortedMap<K, V> map) {
        return Collections.unmodifiableSortedMap(new TreeMap<>(map));
    }

    private static <T> SortedSet<T> sorted(SortedSet<T> set) {
        return Collections.unmodifiableSortedSet(new TreeSet<>(set));
    }

    /**
     * @param wanted replicas that should be READY
     * @param serving revision that takes the traffic
     * @param lastGood revision to go back to
     * @param badRevisions revisions that failed and are not started again
     * @param aboveSince since when demand exceeds the target; null while it does not
     * @param needs replicas needed at past moments within the scale-in hold, oldest and highest
     *     first
     * @param startFailures failed starts in a row per revision
     * @param notBefore no start of this deployment before this moment (back-off)
     * @param cause why replicas are missing; null while none is
     * @param forecastNeeds replicas that forecasts asked for within the hold before shrinking,
     *     oldest and highest first; empty while they are not acted on
     * @param leadTime measured start-up of its replicas; null while none was seen
     * @param advised counts that forecasts would have wanted, oldest first: what an advice goes on
     *     from; empty while they act or are not to be acted on
     * @param experts rules for the count and their records, the one that is followed first; empty
     *     while there are no forecasts to act on
     * @param expertsAt when the records were last brought up to date; null while there are none
     * @param crashes engines that ended soon after they were READY, per revision
     * @param startTroubles nodes on which its starts failed and none has been READY since
     */
    public record DeploymentMemory(
            int wanted,
            int serving,
            int lastGood,
            SortedSet<Integer> badRevisions,
            @Nullable Instant aboveSince,
            List<Need> needs,
            SortedMap<Integer, Integer> startFailures,
            @Nullable Instant notBefore,
            @Nullable Cause cause,
            List<Need> forecastNeeds,
            @Nullable Duration leadTime,
            List<Need> advised,
            List<Expert> experts,
            @Nullable Instant expertsAt,
            SortedMap<Integer, Crashes> crashes,
            SortedMap<NodeId, StartTrouble> startTroubles) {
        public DeploymentMemory {
            experts = List.copyOf(experts);
            advised = List.copyOf(advised);
            badRevisions = sorted(badRevisions);
            needs = List.copyOf(needs);
            forecastNeeds = List.copyOf(forecastNeeds);
            startFailures = sorted(startFailures);
            crashes = sorted(crashes);
            startTroubles = sorted(startTroubles);
        }
    }

    /** Replicas that were needed from this moment on. */
    public record Need(Instant at, int replicas) {}

    /**
     * A rule for the count, and the fleet that it would have had it been followed.
     *
     * @param starting of the wanted ones, those that start, and when they will be READY
     * @param needs as of a deployment, within the rule's own hold
     * @param cost of late, in replica seconds, above the cheapest rule's
     */
    public record Expert(
            String rule, int wanted, List<Need> starting, List<Need> needs, double cost) {
        public Expert {
            starting = List.copyOf(starting);
            needs = List.copyOf(needs);
        }
    }

    /**
     * Engines of a revision that ended soon after they were READY, each the replacement of the one
     * before.
     *
     * @param at when the last one was seen to have ended
     * @param until no start of the revision before this moment
     * @param last which it was, where, and why it ended
     */
    public record Crashes(int inARow, Instant at, Instant until, String last) {}

    /**
     * Failed starts on one node.
     *
     * @param weight of the failures: 1 each, 2 for one that timed out
     * @param avoidUntil the node is chosen only where no other has room before this moment
     */
    public record StartTrouble(int weight, Instant avoidUntil) {}

    /** Why something has to be done: a code and a clause for the sentence. */
    public record Cause(Reason code, String text) {}

    /**
     * @param deployments those that it hurts: recovered once they have their wanted replicas READY
     */
    public record OpenIncident(
            String kind,
            String target,
            Instant openedAt,
            SortedSet<DeploymentId> deployments,
            boolean rerouted,
            boolean recovered) {
        public OpenIncident {
            deployments = sorted(deployments);
        }
    }

    public record Start(
            DeploymentId deployment, int revision, NodeId node, int thousandths, Instant at) {}

    /**
     * @param pausedUntil the control plane was paused: nothing is judged before this moment unless
     *     every node was heard since; null where silence opened it
     */
    public record Breaker(Instant openSince, String cause, @Nullable Instant pausedUntil) {}

    /**
     * @param nodesBefore nodes there were when it was asked for
     */
    public record Acquisition(Instant at, int nodesBefore) {}
}
