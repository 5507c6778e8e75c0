package dev.keelson.core.fleet;

import dev.keelson.core.demand.DemandReadings;
import dev.keelson.core.demand.Reading;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A deployment with its revisions and what is asked of it.
 *
 * @param revisions those still of interest, oldest first; the last is the newest that was asked for
 * @param failureShares failed share of recent requests by revision number, 0 to 1; a revision
 *     without one is unknown
 */
public record DeploymentState(
        Deployment spec,
        List<Revision> revisions,
        DemandReadings demand,
        SortedMap<Integer, Reading> failureShares) {
    public DeploymentState {
        revisions = List.copyOf(revisions);
        failureShares = Collections.unmodifiableSortedMap(new TreeMap<>(failureShares));
        if (revisions.isEmpty()) {
            throw new IllegalArgumentException(
                    "The deployment (%s) must have a revision.".formatted(spec.id()));
        }
    }

    /** A deployment of which no failure share is known. */
    public DeploymentState(Deployment spec, List<Revision> revisions, DemandReadings demand) {
        this(spec, revisions, demand, new TreeMap<>());
    }

    public Revision newest() {
        return revisions.getLast();
    }
}
