package dev.keelson.core.plan;

import dev.keelson.core.fleet.DeploymentId;
import dev.keelson.core.fleet.NodeId;
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
 * journalled, so that planning stays a pure function.
 *
 * @param nextReplica number in the name of the next replica
 * @param openIncidents kind and target of each open incident
 * @param breakerOpenSince null while closed
 */
public record PlannerMemory(
        long nextReplica,
        SortedMap<DeploymentId, DeploymentMemory> deployments,
        SortedMap<NodeId, Instant> silentSince,
        SortedSet<String> openIncidents,
        SortedSet<String> answeredRequests,
        @Nullable Instant breakerOpenSince) {
    public static final PlannerMemory EMPTY =
            new PlannerMemory(
                    1, new TreeMap<>(), new TreeMap<>(), new TreeSet<>(), new TreeSet<>(), null);

    public PlannerMemory {
        deployments = Collections.unmodifiableSortedMap(new TreeMap<>(deployments));
        silentSince = Collections.unmodifiableSortedMap(new TreeMap<>(silentSince));
        openIncidents = Collections.unmodifiableSortedSet(new TreeSet<>(openIncidents));
        answeredRequests = Collections.unmodifiableSortedSet(new TreeSet<>(answeredRequests));
    }

    /**
     * @param wanted replicas that should be READY
     * @param serving revision that takes the traffic
     * @param lastGood revision to go back to
     * @param badRevisions revisions that failed and are not started again
     * @param aboveSince since when demand exceeds the target; null while it does not
     * @param needs replicas needed at past moments within the scale-in hold, oldest first
     * @param startFailures failed starts in a row per revision
     * @param notBefore no start of this deployment before this moment (back-off)
     */
    public record DeploymentMemory(
            int wanted,
            int serving,
            int lastGood,
            SortedSet<Integer> badRevisions,
            @Nullable Instant aboveSince,
            List<Need> needs,
            SortedMap<Integer, Integer> startFailures,
            @Nullable Instant notBefore) {
        public DeploymentMemory {
            badRevisions = Collections.unmodifiableSortedSet(new TreeSet<>(badRevisions));
            needs = List.copyOf(needs);
            startFailures = Collections.unmodifiableSortedMap(new TreeMap<>(startFailures));
        }
    }

    /** Replicas that were needed from this moment on. */
    public record Need(Instant at, int replicas) {}
}
